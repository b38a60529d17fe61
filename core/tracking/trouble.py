"""Why MLflow can't take something now, as a sentence."""

from typing import Any

from core.config.settings import Settings
from core.errors import StudioError
from core.tracking import store

_LATER = "Everything is kept with the job and delivered once that has changed."
_CAUSES = (
    ("database is locked", "is locked by another program"),
    ("readonly database", "can't be written to"),
    ("disk is full", "can't be written to: the disk is full"),
    ("too many 500 error", "has an error of its own (500)"),
    ("too many 50", "can't answer now"),
    ("read timed out", "answers too slowly"),
    ("password authentication failed", "refuses the name or the password"),
    ("no such table", "isn't a database of runs"),
    ("file is not a database", "isn't a database of runs"),
    ("out-of-date database schema", "was made by another version of MLflow"),
    ("max retries exceeded", "can't be reached"),
    ("connection", "can't be reached"),
    ("timed out", "answers too slowly"),
)
"""What MLflow's own words mean; the first that fits counts."""


def sentence(error: Exception, settings: Settings) -> str:
    """What is in the way of a delivery, and what becomes of the figures."""
    if isinstance(error, StudioError):
        return f"{error.sentence} {_LATER}"
    where = store.shown(settings)
    why = cause(error) or f"refuses: {brief(error)}"
    return f"The run isn't in MLflow yet: {where} {why}. {_LATER}"


def cause(error: Exception) -> str:
    """What is the matter with the place of runs; empty where the error's words don't tell."""
    said = str(error).lower()
    return next((found for words, found in _CAUSES if words in said), "")


def brief(error: Exception) -> str:
    """An error's own words, the first line of them."""
    lines = str(error).strip().splitlines()
    return (lines[0][:200] if lines else type(error).__name__).rstrip(".")


def code(error: Exception) -> Any:
    """MLflow's name of an error; empty where it is none of MLflow's."""
    return getattr(error, "error_code", "")
