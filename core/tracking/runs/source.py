"""The way to the runs: MLflow's client, kept open, with an end to every wait."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from weakref import WeakSet

from core.config.settings import Settings
from core.errors import InputError, StudioError
from core.tracking import store
from core.tracking.runs.faults import away, told
from core.tracking.runs.probe import probe

PATIENCE_S: Final = 15.0
"""That one reading may take."""
REST_S: Final = 3.0
"""After a reading that took too long, for which others are told so at once."""
BUSY_S: Final = 3.0
"""That a reading waits for a program that writes into the database's file."""
_HTTP = ("http", "https")
Stamp = tuple[object, ...]
T = TypeVar("T")


class Source:
    """MLflow's client for all threads of a process.

    Args:
        settings: Where runs are.
        forget: Called when the database was replaced by another one.

    Attributes:
        bulk: Whether the server gives histories of several runs at once, as far as is known.
        nulls: Whether its filters know ``IS NULL``, as far as is known.
    """

    def __init__(self, settings: Settings, forget: Callable[[], None]) -> None:
        self._settings = settings
        self._forget = forget
        self._lock = threading.Lock()
        self._client: Any = None
        self._of: Stamp = ()
        self._slow_until = 0.0
        self.bulk = True
        self.nulls = True

    def ask(self, do: Callable[[Any], T], patience_s: float = PATIENCE_S) -> T:
        """Do something with the client.

        Args:
            do: What; in a thread of its own, which nobody waits for after `patience_s`.
            patience_s: Seconds.

        Raises:
            AwayError: Runs can't be reached, or not in time.
            InputError: MLflow refuses what was asked.
        """
        if time.monotonic() < self._slow_until:
            raise self._too_slow(patience_s)
        self._ready()
        answer: Future[T] = Future()
        threading.Thread(target=self._work, args=(do, answer), daemon=True, name="reads-runs").start()
        try:
            return answer.result(patience_s)
        except TimeoutError:
            self._slow_until = time.monotonic() + REST_S
            raise self._too_slow(patience_s) from None

    def stamp(self) -> Stamp | None:
        """What stays the same as long as nobody writes into the database; None where that can't be told."""
        path = store.file(self._settings)
        if path is None:
            return None
        return tuple(_seen(f"{path}{end}") for end in ("", "-wal"))

    def _ready(self) -> None:
        """What takes a busy machine long, and is no fault of the place of runs, before the clock runs."""
        store.hush()
        import mlflow.tracking  # noqa: F401

        if store.file(self._settings) is not None:
            try:
                self._opened()
            except Exception as error:
                raise self._told(error) from None

    def _work(self, do: Callable[[Any], T], answer: "Future[T]") -> None:
        _hurry.now = True
        try:
            answer.set_result(do(self._opened()))
        except Exception as error:
            answer.set_exception(self._told(error))

    def _told(self, error: Exception) -> StudioError:
        found = told(error, self._settings)
        found.__cause__ = None if found is error else error
        return found

    def _opened(self) -> Any:
        """The client; a new one where the address or the database's file is another one than before."""
        address = store.uri(self._settings)
        with self._lock:
            now = (address, self._file())
            if self._client is None or now != self._of:
                if self._client is not None:
                    self._forget()
                self._client = None
                self._client, self._of = self._open(address), now
                self.bulk = self.nulls = True
            return self._client

    def _file(self) -> Stamp:
        path = store.file(self._settings)
        if path is None:
            return ()
        if not store.there(self._settings):
            if self._client is not None:
                gone = f"The database of runs, {path.name}, is not there any more. Put it back."
            else:
                gone = f"There are no runs yet: the database of runs, {path.name}, is not there."
            raise store.AwayError(gone, "tracking-away")
        found = path.stat()
        return found.st_dev, found.st_ino

    def _open(self, address: str) -> Any:
        scheme = urlsplit(address).scheme
        if scheme not in (*_HTTP, "databricks", "file", ""):
            probe(address, store.shown(self._settings))
        client = store.client(self._settings, create=False)
        engine = getattr(place_of(client), "engine", None)
        if engine is not None and scheme == "sqlite":
            _shorten_waits(engine)
        return client

    def _too_slow(self, patience_s: float) -> store.AwayError:
        where = store.shown(self._settings)
        return away(f"{where} answers too slowly, not within {patience_s:.0f} s")


class _Hurry(threading.local):
    now = False


_hurry = _Hurry()
_shortened: WeakSet[Any] = WeakSet()


def _shorten_waits(engine: Any) -> None:
    """MLflow waits 20 s for a writer, each time; who reads for a page can't."""
    from sqlalchemy import event

    if engine in _shortened:
        return
    _shortened.add(engine)

    def shorter(*, statement: str, parameters: Any, **_: Any) -> tuple[str, Any]:
        if _hurry.now and statement.startswith("PRAGMA busy_timeout"):
            statement = f"PRAGMA busy_timeout = {round(1000 * BUSY_S)};"
        return statement, parameters

    event.listen(engine, "before_cursor_execute", shorter, retval=True, named=True)


def _seen(path: str) -> Stamp:
    try:
        found = Path(path).stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def place_of(client: Any) -> Any:
    """MLflow's store behind its client, which is private to it; None where it keeps it elsewhere."""
    return getattr(getattr(client, "_tracking_client", None), "store", None)


def checked(run: str) -> str:
    """A run's id, or the beginning of one, as MLflow's filters may hold it.

    Raises:
        InputError: It is none.
    """
    if not (run.isascii() and run.replace("-", "").isalnum() and len(run) <= 64):
        raise InputError(f"{run[:40]!r} is no run's id. One looks like 1a2b3c4d.", "unknown-run")
    return run
