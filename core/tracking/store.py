"""Where runs are kept: MLflow's database and artefacts, made safely, reached quietly."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.config.settings import Settings
from core.errors import StudioError
from core.storage import writing

DATABASE, ARTEFACTS = "mlflow.db", "mlartifacts"
_LOCK = "mlflow.lock"
_SQLITE = "sqlite:///"
_HTTP = ("http", "https")
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_DISABLE_AGENT_HINT": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",
    # a connection that is kept would go on writing to a database that was moved away
    "MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool",
    # by itself it tries for four minutes
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "15",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "GIT_PYTHON_REFRESH": "quiet",
}
"""What MLflow is told unless the environment says otherwise: no calls home, no noise, short waits."""


class AwayError(StudioError):
    """The place of runs isn't there now; it may come back."""


def uri(settings: Settings) -> str:
    """MLflow's tracking address: ``MLFLOW_TRACKING_URI``, or a database below ``settings.var``."""
    given = os.environ.get("MLFLOW_TRACKING_URI", "").strip()
    return given or f"{_SQLITE}{(settings.var / DATABASE).resolve()}"


def shown(settings: Settings) -> str:
    """The tracking address as a person may see it: without a password, a database by its file's name."""
    where = urlsplit(uri(settings))
    if where.scheme == "sqlite":
        return f"the database {Path(where.path).name}"
    host = where.hostname or where.path
    return f"{where.scheme}://{host}{f':{where.port}' if where.port else ''}"


def artefacts(settings: Settings) -> str | None:
    """Where files of new experiments go; None where a server decides."""
    if urlsplit(uri(settings)).scheme in _HTTP:
        return None
    return (settings.var / ARTEFACTS).resolve().as_uri()


def hush() -> None:
    """Tell MLflow to keep quiet; before it is imported, in any process that does."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


def client(settings: Settings, *, create: bool = True) -> Any:
    """An `MlflowClient`. Safe at any time from any number of processes.

    Args:
        settings: Where runs are.
        create: Make the database where there is none.

    Raises:
        AwayError: There is no database, and none is to be made.
        StudioError: It can't be written to.
    """
    hush()
    from mlflow.tracking import MlflowClient

    path = file(settings)
    if path is None:
        return MlflowClient(uri(settings))
    with _alone(path):
        if not there(settings):
            if not create:
                raise AwayError(f"The database of runs, {path.name}, is not there.", "tracking-away")
            _make(path, settings)
        return MlflowClient(uri(settings))


def experiment(client: Any, name: str, settings: Settings) -> str:
    """The id of an experiment, which is made where there is none; one that was deleted is taken back.

    Args:
        client: From `client`.
        name: The experiment's.
        settings: Where its artefacts go.
    """
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, artifact_location=_below(settings, name)))
        except MlflowException:  # another process was first, or it can't be made at all
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)


def there(settings: Settings) -> bool:
    """Whether the database's file is in its place; True where it is none in a file."""
    path = file(settings)
    return path is None or (path.is_file() and path.stat().st_size > 0)


def file(settings: Settings) -> Path | None:
    """The database's file; None where the tracking address names none."""
    where = uri(settings)
    return Path(where.removeprefix(_SQLITE).partition("?")[0]) if where.startswith(_SQLITE) else None


def _below(settings: Settings, name: str) -> str | None:
    place = artefacts(settings)
    return None if place is None else f"{place}/{''.join(c if c.isalnum() else '-' for c in name)}"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time sees whether there is a database, and makes it."""
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = (path.parent / _LOCK).open("ab")
    with stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _make(path: Path, settings: Settings) -> None:
    """Make a database beside its place and put it there whole: a kill leaves no half-made tables."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    store = SqlAlchemyStore(f"{_SQLITE}{part.resolve()}", f"{artefacts(settings)}")
    store.engine.dispose()
    part.replace(path)
