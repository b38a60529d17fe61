"""When a work that runs is given up."""

from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class Patience:
    """How long what is waited for, and how much may wait.

    Attributes:
        idle: Seconds without work after which the process ends and gives its memory back.
        grace: Seconds that cancelled work may go on before the process is killed for it. While a model
            is loaded the time doesn't count: the next work needs it too.
        hung: Seconds without a sign after which work is given up.
        waiting: Tasks of one owner that may wait.
    """

    idle: float = 600.0
    grace: float = 8.0
    hung: float = 180.0
    waiting: int = 32


class Watch:
    """Over one work that runs; begun, it counts as loading.

    Args:
        patience: How long it may take.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._sign = self._loaded = monotonic()
        self._loading = True
        self._dropped: float | None = None

    @property
    def dropped(self) -> bool:
        """Whether it was told to stop."""
        return self._dropped is not None

    @property
    def left(self) -> float:
        """Seconds until it is given up; none are left at 0 and below."""
        due = self._sign + self._patience.hung
        if self._dropped is not None and not self._loading:
            due = min(due, max(self._dropped, self._loaded) + self._patience.grace)
        return due - monotonic()

    def moved(self, loading: bool) -> None:
        """It gave a sign.

        Args:
            loading: Whether a model is being loaded.
        """
        self._sign = monotonic()
        if self._loading or loading:
            self._loaded = self._sign
        self._loading = loading

    def drop(self) -> None:
        """It is told to stop."""
        self._dropped = monotonic()
