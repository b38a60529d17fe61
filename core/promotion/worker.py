"""The process that measures a candidate for the gate: ``python -m core.promotion.worker FOLDER``."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.config.params import faults
from core.config.settings import Settings, settings
from core.errors import BundleError, InputError
from core.inference import standing
from core.jobs.reporter import Reporter, run
from core.models.bundle import load
from core.promotion.measuring import measure
from core.tracking.registry import in_use


class Request(BaseModel):
    """Which candidate is to be measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = Field(description="its number in the registry")
    digest: str = Field(pattern="^[0-9a-f]{64}$", description="of its bundle")


def do(report: Reporter) -> Mapping[str, Any]:
    """Do a job's request.

    Raises:
        InputError: The request asks for what there isn't.
        StudioError: The bundle can't be fetched, or nothing answers now that it could be held against.
    """
    try:
        request = Request.model_validate(report.job.request)
    except ValidationError as error:
        raise InputError(f"This can't be measured: {faults(error)}. Ask again.", "bad-request") from None
    here = settings()
    report("fetching the bundle", 0.0)
    folder = _fetched(request, here)
    # TensorFlow is loaded by the one line that needs it, when that comes
    from core.promotion.parity import check

    gate = measure(folder, standing.now(here, wait=True), here, check, report.part(0.0, 1.0))
    return {"gate": gate.model_dump(mode="json"), "version": request.version}


def _fetched(request: Request, here: Settings) -> Path:
    """The bundle on the shelf; MLflow is asked only where it isn't there whole."""
    folder = in_use.shelf(here) / request.digest
    try:
        load(folder)
    except BundleError:
        from core.tracking.registry.registry import Registry

        registry = Registry(here)
        return registry.bundle(registry.version(request.version))
    return folder


if __name__ == "__main__":
    # TensorFlow's own log says nothing that a person could act on
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.exit(run(sys.argv[1:], do))
