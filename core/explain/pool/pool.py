"""The pool as the web process, the API and the command line see it: give work, watch it, cancel it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from core.config.settings import Settings
from core.explain.pool.works import Work

State = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(slots=True)
class Task:
    """One piece of work on its way; safe to read from any thread.

    Attributes:
        work: What is done.
        owner: Who asked: owners take turns, so that one person's queue doesn't hold up another's.
        state: Where it is.
        share: How much is done, 0 to 1.
        said: What is being done now, for a person, e.g. "loading TensorFlow".
        result: What came out, once ``state`` is ``"done"``.
        error: One sentence, once ``state`` is ``"failed"``.
    """

    work: Work
    owner: str = ""
    state: State = "waiting"
    share: float = 0.0
    said: str = ""
    result: Any = None
    error: str = ""
    seconds: float = field(default=0.0)

    @property
    def over(self) -> bool:
        return self.state in ("done", "failed", "cancelled")

    def cancel(self) -> None:
        """Nobody wants it any more: what waits is dropped, what runs is stopped at its next step."""
        raise NotImplementedError

    def wait(self, seconds: float | None = None) -> bool:
        """Until it is over, or the time is; whether it is over."""
        raise NotImplementedError


class Pool:
    """One process that explains, and the queue before it.

    Args:
        settings: Threads of a forward pass, where it may write its log.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def submit(self, work: Work, owner: str = "") -> Task:
        """Add work at the end of its owner's queue.

        Raises:
            LimitError: The owner has too much waiting.
        """
        raise NotImplementedError

    def stop(self) -> None:
        """End the process; what isn't over is cancelled."""
        raise NotImplementedError


def shared(settings: Settings) -> Pool:
    """The pool of this process."""
    raise NotImplementedError
