"""What went wrong while runs were read or changed, as a sentence."""

from core.config.settings import Settings
from core.errors import InputError, StudioError
from core.tracking import store, trouble
from core.tracking.store import AwayError

_NO_RUN = "RESOURCE_DOES_NOT_EXIST"
_WRONG = ("INVALID_PARAMETER_VALUE", "BAD_REQUEST", "RESOURCE_ALREADY_EXISTS", "INVALID_STATE")
_UNKNOWN_END = "ENDPOINT_NOT_FOUND"
_STRANGER = ("UNAUTHENTICATED", "PERMISSION_DENIED", "CUSTOMER_UNAUTHORIZED")
_CODES = (
    ("locked", "tracking-locked"),
    ("slowly", "tracking-slow"),
    ("another version", "tracking-old"),
    ("database of runs", "tracking-broken"),
)
"""Names of what is the matter, by a word of the sentence; anything else is ``tracking-away``."""
_NOW_WHAT = {
    "tracking-locked": "Try again in a moment.",
    "tracking-slow": "Try again in a moment.",
    "tracking-old": "Back it up, then bring it up to date with mlflow db upgrade.",
    "tracking-broken": "See that KCS_VAR and MLFLOW_TRACKING_URI name the right place.",
    "tracking-away": "See that it runs and that MLFLOW_TRACKING_URI names it.",
}


def told(error: Exception, settings: Settings) -> StudioError:
    """An error of MLflow, of a database or of a network as one of ours.

    Args:
        error: Any.
        settings: Where runs are.

    Returns:
        An `AwayError` where the place of runs is what fails, an `InputError` where what was asked is.
    """
    if isinstance(error, StudioError):
        return error
    code = trouble.code(error)
    where = store.shown(settings)
    if isinstance(error, ModuleNotFoundError):
        return away(f"{where} is reached through {error.name}, which isn't installed")
    if "value too long" in str(error):
        return InputError(f"That is longer than {where} takes: 250 letters for a name.", "too-long")
    if code == _NO_RUN:
        return InputError("There is no such run: it was deleted for good, or never was.", "unknown-run")
    if cause := trouble.cause(error):
        return away(f"{where} {cause}")
    if code in _WRONG:
        return InputError(f"MLflow refuses: {trouble.brief(error)}.", "refused")
    if code in _STRANGER:
        return away(f"{where} wants a name and a password: set MLFLOW_TRACKING_USERNAME and _PASSWORD")
    if code == _UNKNOWN_END:
        return away(f"{where} is no MLflow 3, or was made by another version of MLflow")
    return away(f"{where} fails: {trouble.brief(error)}")


def away(what: str) -> AwayError:
    """That runs can't be reached now, and what to do.

    Args:
        what: Which place, and what is the matter with it; no full stop.
    """
    code = next((code for word, code in _CODES if word in what), "tracking-away")
    return AwayError(f"Runs can't be read now: {what}. {_NOW_WHAT[code]}", code)
