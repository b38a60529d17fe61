"""What a run left among its files that a page shows: its scores, its recipe, its environment, its log."""

from collections.abc import Mapping
from typing import Any, Final

from app.experiments.reading import reader
from core.comparison import loading
from core.config import params
from core.config.params import Params
from core.config.settings import settings
from core.errors import InputError
from core.jobs import records
from core.tracking.runs.values import Run

_LINES: Final = 2_000
"""Of a log."""


def scores(run: Run) -> Mapping[str, Any]:
    """All that was measured (`core.training.recording`); empty where it left nothing.

    Raises:
        AwayError: The place of files can't be reached now.
    """
    return loading.details(run, reader()).scores


def environment(run: Run) -> Mapping[str, Any]:
    """What it ran on (`core.tracking.environment`); empty where it left nothing.

    Raises:
        AwayError: The place of files can't be reached now.
    """
    return loading.details(run, reader()).environment


def recipe(run: Run) -> Params:
    """The recipe that a training was asked for, or carried out.

    Raises:
        InputError: It is none of our trainings, or left nothing to know it from.
        SettingsError: Parameters have changed since, and it can't be carried out any more.
    """
    asked = _asked(run) or scores(run).get("data", {}).get("params")
    if not asked:
        raise InputError(
            f"The recipe of {run.name[:60]} isn't known: it is no training of this app, or it ended before "
            "it could write it down. Start one on the Train page.",
            "no-recipe",
        )
    return params.checked(dict(asked))


def log(run: Run) -> str:
    """The end of its log: the job's, where it ran here, else what it left in MLflow; "" where there is none.

    Raises:
        AwayError: The place of files can't be reached now.
    """
    try:
        return records.log(run.job or "", settings(), _LINES)
    except InputError:
        pass
    if run.job is None:
        return ""
    try:
        text = reader().content(run.id, f"log/{run.job}.log").decode("utf-8", "replace")
    except InputError:
        return ""
    return "\n".join(text.splitlines()[-_LINES:])


def _asked(run: Run) -> Mapping[str, Any]:
    """As its job has it, where that is on this machine."""
    try:
        found = records.read(run.job or "", settings()).request.get("params")
    except InputError:
        return {}
    return found if isinstance(found, dict) else {}
