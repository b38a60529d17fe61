"""Training runs as background jobs: refused with all the reasons, or started. TensorFlow is not loaded."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.config.params import Params, ParamsError
from core.config.settings import Settings
from core.data import manifest, sets
from core.errors import InputError, SettingsError, StudioError
from core.jobs import records, runner
from core.jobs.job import Job
from core.models import backbones
from core.training import parts, places, selection
from core.training.request import Request

WORKER = "core.training.worker"
QUEUE = "training"


def start(
    dataset: str,
    params: Params,
    settings: Settings,
    *,
    out: Path | None = None,
    title: str = "",
    sweep: Mapping[str, Any] | None = None,
) -> Job:
    """Start a run in the background; it waits its turn where others train.

    Args:
        dataset: A data set that was ingested and split.
        params: The recipe.
        settings: Where jobs are.
        out: The bundle's folder; below var/models if not named.
        title: What a person calls the run; made from the recipe if empty.
        sweep: A `core.training.search.sweep.Sweep`'s fields: search for parameters instead of training once.

    Returns:
        The job.

    Raises:
        InputError: It can't be trained; all the reasons are said.
        StudioError: No job can be started.
    """
    asked = {"dataset": dataset, "params": params, "out": out, "title": title, "sweep": sweep}
    reasons = [*refusals(dataset, params, settings), *Request.refusals(asked)]
    reasons += places.refusals(out) if out else ()
    if reasons:
        raise InputError(f"This can't be trained: {' '.join(reasons)}", "request")
    request = Request.read(asked).model_dump(mode="json")
    return runner.start(WORKER, request, settings, queue=QUEUE)


def recipe(dataset: str, read: Callable[[], Params], settings: Settings) -> Params:
    """Parameters that a person wrote; where some can't be, what else is in the way is said with them.

    Args:
        dataset: That they are meant for.
        read: Gives them (`core.config.params.load`, `core.config.params.checked`).
        settings: Where data and the shipped bundle lie.

    Raises:
        SettingsError: They can't be; all the reasons are said.
    """
    try:
        return read()
    except ParamsError as error:
        more = refusals(dataset, error.rest or Params(), settings)
        raise SettingsError(" ".join([error.sentence, *more]), error.code) from None


def refusals(dataset: str, params: Params, settings: Settings) -> list[str]:
    """Why a data set can't be trained on with a recipe, as sentences; none where it can."""
    found = [*_of_model(params, settings), *_of_data(dataset, params, settings)]
    return list(dict.fromkeys(found))


def every(settings: Settings) -> list[Job]:
    """Every training job, newest first."""
    return [job for job in records.listing(settings) if job.worker == WORKER]


def _of_model(params: Params, settings: Settings) -> Sequence[str]:
    model = params.model
    return backbones.refusals(model.backbone, model.start, model.size, settings)


def _of_data(dataset: str, params: Params, settings: Settings) -> Sequence[str]:
    try:
        rows = selection.select(manifest.read(sets.folder(dataset, settings)), params)
        if len(manifest.classes(rows)) < 2:
            return [f"{dataset} has only one class left. Include slices of another, or mend its class rule."]
        if params.training.fit == "regression":
            selection.folds(rows, params)
        else:
            parts.deal(rows, params)
    except StudioError as error:
        return [error.sentence]
    return []
