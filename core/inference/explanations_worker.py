"""The job that measures a model's explanations: ``python -m core.inference.explanations_worker FOLDER``."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from core.config.params import faults
from core.config.settings import settings
from core.errors import InputError, StudioError
from core.explain.faithfulness.usual import QUICK
from core.inference import explanations
from core.inference.explanations import Wanted
from core.inference.explanations_job import Request
from core.jobs.reporter import Reporter, run
from core.jobs.steps import Step, Steps
from core.models.bundle import load


def do(report: Reporter) -> Mapping[str, Any]:
    """Do a job's request.

    Raises:
        InputError: The request asks for what there isn't.
        StudioError: The model can't be loaded, or nothing can be kept.
    """
    try:
        request = Request.model_validate(report.job.request)
    except ValidationError as error:
        raise InputError(f"This can't be measured: {faults(error)}. Ask again.", "bad-request") from None
    here = settings()
    bundle = load(request.bundle)
    if bundle.digest != request.digest:
        raise StudioError(
            f"Another model lies in {request.bundle.name} by now. Measure that one instead.",
            "bundle-replaced",
        )
    report.begin(here)
    steps = Steps(report, _steps())
    failures = explanations.measure_all(bundle, here, Wanted(keys=QUICK, most=request.slices), steps)
    return {"failures": failures}


def _steps() -> list[Step]:
    """How long each thing takes, about."""
    outside = [Step(f"heat outside the body by {key}", 1.0) for key in QUICK if key in explanations.BEYOND]
    where = [Step(f"where {key} looks", 1.0 if key != "smooth-grad" else 6.0) for key in QUICK]
    return [*outside, Step("", 0.5), *where, Step("maps of random weights", 10.0)]


if __name__ == "__main__":
    # TensorFlow's own log says nothing that a person could act on
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.exit(run(sys.argv[1:], do))
