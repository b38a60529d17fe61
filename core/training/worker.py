"""The process that trains: ``python -m core.training.worker FOLDER``."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.config.params import Params, faults
from core.config.settings import settings
from core.data import sets
from core.errors import InputError
from core.jobs.reporter import Reporter, run
from core.jobs.steps import Step, Steps

_NETWORK, _FEATURES, _DEALING, _RANDOM, _BUNDLE = 5.0, 10.0, 20.0, 20.0, 30.0
"""Seconds that steps take about: of a set of 2,600 slices, each variant's features and each dealing."""


class Request(BaseModel):
    """What is to be trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = Field(description="a data set that was ingested and split")
    params: Params = Field(default_factory=Params, description="the recipe")
    out: Path | None = Field(None, description="the bundle's folder; below var/models if not named")


def do(report: Reporter) -> Mapping[str, Any]:
    """Do a job's request. What was computed before a break is taken up again: features are kept.

    Raises:
        InputError: The request asks for what there isn't.
        StudioError: What `core.training.recipe.run` raises.
    """
    # loads the network's code, which a request that can't be done has no use for
    from core.training import recipe

    request = _request(report.job.request)
    here, version = settings(), report.job.id
    target = request.out or here.var / "models" / f"{request.dataset}-{version}"
    job = recipe.Job(request.dataset, version, sets.folder(request.dataset, here), target)
    bundle = recipe.run(job, request.params, here, _steps(report, request.params))
    return {
        "bundle": str(bundle.path),
        "name": bundle.ref.name,
        "version": version,
        "digest": bundle.ref.digest,
        "macro_f1": bundle.card.metrics["grouped_cv"]["macro_f1"],
    }


def _request(given: Mapping[str, Any]) -> Request:
    try:
        return Request.model_validate(given)
    except ValidationError as error:
        raise InputError(
            f"This can't be trained: {faults(error)}. Start it again with these changed.", "request"
        ) from None


def _steps(report: Reporter, params: Params) -> Steps:
    variants, dealings = 1 + len(params.training.variants), params.split.dealings
    return Steps(
        report.part(0.0, 1.0),
        [
            Step("loading the network", _NETWORK),
            Step("features", _FEATURES * variants, variants),
            Step("cross-validation by patient block", _DEALING * dealings, dealings),
            Step("cross-validation at random", _RANDOM),
            Step("writing the bundle", _BUNDLE),
        ],
    )


if __name__ == "__main__":
    # TensorFlow's own log says nothing that a person could act on
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.exit(run(sys.argv[1:], do))
