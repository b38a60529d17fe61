"""What MLflow's registry says, or why it says nothing, as a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from core.config.settings import Settings
from core.errors import StudioError
from core.tracking import store, trouble

_NONE: Final = ("ENDPOINT_NOT_FOUND", "NOT_IMPLEMENTED", "FEATURE_DISABLED")
_MISSING: Final = ("RESOURCE_DOES_NOT_EXIST", "NOT_FOUND")
_REFUSED: Final = ("PERMISSION_DENIED", "UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED")
_UNSUPPORTED: Final = ("registry functionality is unavailable", "unsupported uri")


@contextmanager
def asking(settings: Settings) -> Iterator[None]:
    """Whatever MLflow raises inside becomes a sentence.

    Args:
        settings: Where runs are.

    Raises:
        AwayError: The registry can't be asked now.
        StudioError: There is none where runs are, or it refuses.
    """
    try:
        yield
    except theirs() as error:
        raise told(error, settings) from error


def missing(error: Exception) -> bool:
    """Whether MLflow says that what was asked for isn't there."""
    return trouble.code(error) in _MISSING


def theirs() -> tuple[type[Exception], ...]:
    """What MLflow raises."""
    # asked only once something was raised: then MLflow is loaded anyway
    from mlflow.exceptions import MlflowException
    from requests import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    # a database's driver that isn't installed is an ImportError
    return MlflowException, RequestException, SQLAlchemyError, ImportError


def told(error: Exception, settings: Settings) -> StudioError:
    """What MLflow raised, as a sentence."""
    where, said, code = store.shown(settings), str(error).lower(), trouble.code(error)
    if code in _NONE or any(words in said for words in _UNSUPPORTED):
        return StudioError(
            f"There is no registry of models at {where}. Name another server with MLFLOW_TRACKING_URI, or a "
            "database.",
            "no-registry",
        )
    if code in _REFUSED:
        return StudioError(f"The registry at {where} refuses: {trouble.brief(error)}.", "registry-refused")
    if isinstance(error, ModuleNotFoundError):
        cause = f"is reached through {error.name}, which isn't installed"
    else:
        cause = trouble.cause(error) or f"says: {trouble.brief(error)}"
    return store.AwayError(
        f"The registry of models can't be asked: {where} {cause}. Try again once that has changed.",
        "tracking-away",
    )


def connected(settings: Settings, *, create: bool = False) -> Any:
    """An `MlflowClient`, made safely.

    Args:
        settings: Where runs are.
        create: Make the database where there is none.

    Raises:
        AwayError: There is none, or it can't be reached.
    """
    with asking(settings):
        return store.client(settings, create=create)
