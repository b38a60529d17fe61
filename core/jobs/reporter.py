"""A worker's side of a job: it says how far it is, that it lives, and how it ended."""

import errno
import faulthandler
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic_core import to_jsonable_python

from core.config import logs
from core.config.settings import Settings, settings
from core.errors import StorageError, StudioError
from core.jobs import ending, liveness, process, records, slots
from core.jobs.job import Job, State
from core.storage import writing

Progress = Callable[[str, float], None]
"""Takes what is being done, in a few words, and how much of it is done, 0..1."""

_WRITE_S = 0.5
"""Between two records of progress in one phase."""
_LOCK_S = 5.0
"""That the process which started this one has for writing down its pid."""
_RESERVE_BYTES = 64 * 1024
_NO_MEMORY = (
    "bad_alloc", "resourceexhausted", "out of memory", "cannot allocate memory", "failed to allocate",
    "failed to map segment", "can't start new thread",
)  # fmt: skip
"""What native libraries, TensorFlow, the system's loader and Python's threads say where memory runs out."""

_log = logging.getLogger(__name__)


class Cancelled(BaseException):
    """The job was cancelled; raised in the main thread, wherever it is. Clean up and let it pass."""


class Reporter:
    """A job at work, as a context manager: what leaves the block is how the job ended.

    A `StudioError` makes it failed with that sentence, any other exception failed with an incident's
    id (the traceback goes to the log alone), SIGTERM or a cancel cancelled; without an exception it
    has succeeded with what `done` was given. Nothing but that an other worker has the job leaves it.

    Attributes:
        job: As it stands.
        folder: The job's.
        exit_code: For the process: 0 when it succeeded, 1 when not.
    """

    def __init__(self, place: Path) -> None:
        self.job: Job = records.stored(place)
        self.exit_code = 1
        self.folder = place
        self._held = ExitStack()
        self._over = threading.Event()
        self._written = 0.0
        self._asked = False
        self._closing = False

    def __enter__(self) -> Self:
        """Take the job up. One of a queue is still queued then, until `begin`.

        Raises:
            StudioError: Another worker has it, or it is over.
        """
        now = records.stored(self.folder)
        another = now.state == "running" or now.pid not in (None, os.getpid())
        taken = another and not now.finished and liveness.alive(now)
        if not self._held.enter_context(records.locked(self.folder, 0.0 if taken else _LOCK_S)):
            self._held.close()
            raise StudioError(
                f"The job {self.folder.name} has a worker already. Wait until it has ended.", "busy"
            )
        try:
            self._take_up()
        except BaseException:
            self._held.close()
            raise
        return self

    def begin(self, settings: Settings) -> None:
        """Wait for a slot of the job's queue, if it has one; from then on it runs.

        Args:
            settings: How many slots there are.

        Raises:
            Cancelled: The job was cancelled meanwhile.
            StorageError: The slots' files can't be written.
        """
        if self.job.state == "queued":
            self._held.enter_context(slots.wait(self.job, self.folder, settings, self._waits))
            self._runs()

    def __call__(self, phase: str, share: float, words: str = "") -> None:
        """Say how far the job is; written down at most twice a second, a new phase at once.

        Args:
            phase: What is being done, a few words.
            share: How much of the whole job is done, 0..1.
            words: The phase in detail.

        Raises:
            Cancelled: The job was cancelled.
        """
        if self._asked and not self._closing:
            raise Cancelled
        new = phase != self.job.phase
        share = min(1.0, max(0.0, share)) if share == share else self.job.share
        self.job = self.job.model_copy(update={"phase": phase, "share": share, "words": words})
        if new:
            self.event(phase=phase)
        if new or time.monotonic() - self._written >= _WRITE_S:
            self._keep()

    def part(self, low: float, high: float) -> Progress:
        """Progress of one part of the job; what follows a colon in its words is the phase's detail.

        Args:
            low: Share of the whole job that is done when the part starts.
            high: And when it ends.
        """

        def tell(what: str, share: float) -> None:
            phase, _, words = what.partition(": ")
            self(phase, low + (high - low) * share, words)

        return tell

    def tell(self, **facts: object) -> None:
        """Keep facts that a reader of the job wants now, in place of what was told under the same names.

        They are written down with the next progress, at most half a second later.
        """
        known = {**self.job.facts, **to_jsonable_python(facts)}
        self.job = self.job.model_copy(update={"facts": known})
        if time.monotonic() - self._written >= _WRITE_S:
            self._keep()

    def event(self, **fields: object) -> None:
        """Add a line to the job's events, with the time."""
        try:
            records.add_event(self.folder, **fields)
        except OSError as error:
            _log.warning("an event can't be written: %s", error.strerror)

    def done(self, result: Mapping[str, Any]) -> None:
        """Say what came out; values that JSON has, and paths."""
        self.job = self.job.model_copy(update={"result": to_jsonable_python(dict(result))})

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if os.getpid() != self.job.pid:  # a fork of the worker
            return False
        self._closing = True
        state, reason = self._outcome(error)
        self._over.set()
        share = 1.0 if state == "succeeded" else self.job.share
        now = time.time()
        update = {"state": state, "reason": reason, "share": share, "ended": now, "heartbeat": now}
        self.job = self.job.model_copy(update=update)
        with suppress(OSError):
            (self.folder / records.RESERVE).unlink(missing_ok=True)
        self.event(state=state, reason=reason)
        self._keep()
        self._held.close()
        self.exit_code = 0 if state == "succeeded" else 1
        return True

    def _take_up(self) -> None:
        job = records.stored(self.folder)
        if job.finished:
            raise StudioError(
                f"The job {self.folder.name} is over ({job.state}). Start another.", "job-state"
            )
        with writing(self.folder):
            beat = liveness.beat(self.folder)
            (self.folder / records.RESERVE).write_bytes(bytes(_RESERVE_BYTES))
        seen = process.look(os.getpid())
        update = {
            "heartbeat": beat.at, "pulse": beat.pulse,
            "pid": os.getpid(), "birth": seen.birth if seen else "", "machine": process.here(),
        }  # fmt: skip
        self.job = job.model_copy(update=update)
        if job.queue:
            records.keep(self.folder, self.job)
        else:
            self._runs()
        if threading.current_thread() is threading.main_thread():
            for one in (signal.SIGTERM, signal.SIGINT):
                self._held.callback(signal.signal, one, signal.signal(one, self._stop))
        threading.Thread(target=self._heart, name="heart", daemon=True).start()

    def _runs(self) -> None:
        update = {"state": "running", "started": time.time(), "words": ""}
        self.job = records.keep(self.folder, self.job.model_copy(update=update))
        self.event(state="running", pid=os.getpid())

    def _waits(self, words: str) -> None:
        if words != self.job.words:
            self.job = self.job.model_copy(update={"words": words})
            self._keep()

    def _stop(self, *_: object) -> None:
        if not (self._asked or self._closing):
            self._asked = True
            raise Cancelled

    def _heart(self) -> None:
        """Beat; and where no signal can come through, find that the job is to be cancelled."""
        while not self._over.wait(liveness.EVERY_S):
            try:
                liveness.beat(self.folder)
            except OSError as error:
                _log.warning("the heartbeat can't be written: %s", error.strerror)
            if not self._asked and (self.folder / records.CANCEL).exists():
                os.kill(os.getpid(), signal.SIGTERM)

    def _keep(self) -> None:
        self._written = time.monotonic()
        try:
            records.keep(self.folder, self.job)
        except (StorageError, OSError) as error:
            _log.warning("the job's record can't be written: %s", error)

    def _outcome(self, error: BaseException | None) -> tuple[State, str]:
        if error is None:
            return "succeeded", ""
        if isinstance(error, Cancelled):
            asked = (self.folder / records.CANCEL).exists()
            return "cancelled", ending.ASKED if asked else ending.TOLD
        sentence = _sentence(error, self.job)
        _log.error("failed: %s", sentence)
        return "failed", sentence


def run(arguments: Sequence[str], do: Callable[[Reporter], Mapping[str, Any]]) -> int:
    """What a worker's ``__main__`` hands to `sys.exit`.

    Args:
        arguments: The command line's: the job's folder.
        do: Does the job and returns its result.

    Returns:
        The exit code.
    """
    faulthandler.enable()
    logs.configure(settings().log_level)
    if len(arguments) != 1 or not (Path(arguments[0]) / records.FILE).is_file():
        _log.error("A worker takes one argument: a job's folder. Start jobs with core.jobs.runner.")
        return 2
    try:
        with Reporter(Path(arguments[0])) as report:
            report.begin(settings())
            report.done(do(report))
    except StudioError as error:
        _log.error("%s", error.sentence)
        return 1
    return report.exit_code


def _sentence(error: BaseException, job: Job) -> str:
    if isinstance(error, StudioError):
        return error.sentence
    number = logs.incident(error, f"the job {job.id}{ending.during(job)}")
    if _of_memory(error):
        return f"Memory ran out{ending.during(job)}. Close other programs and start the job again."
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{ending.during(job)}. Free some space and start the job again."
    return (
        f"Something unexpected went wrong{ending.during(job)}. The job's log has it as error {number}; "
        "start the job again, and report it with that number if it comes back."
    )


def _of_memory(error: BaseException) -> bool:
    """Whether memory ran out, whichever library says so: each has an exception of its own for it."""
    no_room = isinstance(error, OSError) and error.errno == errno.ENOMEM
    said = f"{type(error).__name__}: {error}".lower()
    return isinstance(error, MemoryError) or no_room or any(words in said for words in _NO_MEMORY)
