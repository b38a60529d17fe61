"""How fast something goes on and how long it will, in words."""

import time
from collections.abc import Callable

_MINUTE, _HOUR = 60.0, 3600.0


class Rate:
    """Measures from its making on.

    Args:
        total: How many there are in all.
        done: How many are done already, by an earlier run; they took this one no time.
        unit: What they are.
        clock: In seconds; never goes back.
    """

    def __init__(
        self, total: int, done: int = 0, unit: str = "slices", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total, self._first, self._unit, self._clock = total, done, unit, clock
        self._start = clock()

    def per_second(self, done: int) -> float:
        """Of those done since the start; 0 as long as nothing is known."""
        past = self._clock() - self._start
        return (done - self._first) / past if past > 0 else 0.0

    def words(self, done: int) -> str:
        """``1,200 of 2,600, 310 slices/s, 5 s left``.

        Args:
            done: How many are done, those of an earlier run included.
        """
        speed, said = self.per_second(done), f"{done:,} of {self._total:,}"
        if speed <= 0:
            return said
        shown = f"{speed:,.0f}" if speed >= 10 else f"{speed:.1f}"
        return f"{said}, {shown} {self._unit}/s, {span((self._total - done) / speed)} left"


def span(seconds: float) -> str:
    """A length of time as a person says it: ``5 s``, ``3 min``, ``2 h 10 min``."""
    if seconds < 1.5 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 1.5 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    minutes = round(seconds / _MINUTE)
    return f"{minutes // 60} h {minutes % 60} min"
