"""One piece of work on its way through the pool, as whoever asked for it sees it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

from core.explain.pool.works import Work

State = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(slots=True, eq=False)
class Task:
    """One piece of work on its way; safe to read from any thread.

    Attributes:
        work: What is done; once it is over, without what it was done with: results are kept for long, and
            the slices that they are of lie elsewhere already.
        owner: Who asked: owners take turns, so that one person's queue doesn't hold up another's.
        state: Where it is.
        share: How much is done, 0 to 1.
        said: What is being done now, for a person, e.g. "loading TensorFlow".
        result: What came out, once ``state`` is ``"done"``.
        error: One sentence, once ``state`` is ``"failed"``.
        code: The same for a program, see `core.errors.StudioError`.
        seconds: How long it ran, once it is over; 0 where it never did.
    """

    work: Work
    owner: str = ""
    state: State = "waiting"
    share: float = 0.0
    said: str = ""
    result: Any = field(default=None, repr=False)
    error: str = ""
    code: str = ""
    seconds: float = field(default=0.0)
    _dropped: Callable[["Task"], None] | None = field(default=None, repr=False)
    _began: float = field(default=0.0, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _end: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def over(self) -> bool:
        return self.state in ("done", "failed", "cancelled")

    def cancel(self) -> None:
        """Nobody wants it any more: what waits is dropped, what runs is stopped at its next step."""
        if self.finish("cancelled") and self._dropped:
            self._dropped(self)

    def wait(self, seconds: float | None = None) -> bool:
        """Until it is over, or the time is; whether it is over."""
        return self.over or self._end.wait(seconds)

    def move(self, share: float, said: str) -> None:
        """For the pool: it runs, and is so far.

        Args:
            share: How much is done, 0 to 1.
            said: What is being done now.
        """
        with self._lock:
            if not self.over:
                self._began = self._began or perf_counter()
                self.state, self.share, self.said = "running", min(max(share, 0.0), 1.0), said

    def finish(self, state: State, result: Any = None, error: str = "", code: str = "") -> bool:
        """For the pool: it is over. The first to say so is believed.

        Args:
            state: One that is over.
            result: What came out.
            error: One sentence.
            code: The same for a program.

        Returns:
            Whether this was the first.
        """
        with self._lock:
            if self.over:
                return False
            self.seconds = perf_counter() - self._began if self._began else 0.0
            self.result, self.error, self.code, self.said = result, error, code, ""
            self.share = 1.0 if state == "done" else self.share
            self.work = self.work.emptied
            # last: whoever reads the state may read the rest
            self.state = state
            self._end.set()
            return True
