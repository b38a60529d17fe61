"""A batch on its way in, worked off in short turns so that the page stays alive meanwhile."""

import time
from collections import deque
from collections.abc import Iterator, Sequence

from core.config.settings import Limits
from core.imaging.archive import ENTRY, is_zip
from core.imaging.intake import Refused
from core.inference.batch import Case, review
from core.inference.predictor import Predictor


class Intake:
    """One batch.

    It keeps its place between turns: a rerun of the page interrupts a turn and loses nothing.

    Attributes:
        files: How many files the batch has, those that its zips list among them.
        slices: How many results came so far.
        finished: True when nothing is left.
    """

    def __init__(self, files: Sequence[tuple[str, bytes]], predictor: Predictor, limits: Limits) -> None:
        self.files = sum(_listed(data) for _, data in files)
        self.slices = 0
        self.finished = False
        self._opened = 0
        self._packed = self.files > len(files)
        self._seconds = 0.0
        self._results = review(self._handed(deque(files)), predictor, limits)

    def turn(self, seconds: float) -> Iterator[Case | Refused]:
        """Results until the time is over or nothing is left.

        Args:
            seconds: How long a turn may take, give or take one slice.
        """
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            began = time.perf_counter()
            result = next(self._results, None)
            self._seconds += time.perf_counter() - began
            if result is None:
                self.finished = True
                return
            self.slices += 1
            yield result

    @property
    def done(self) -> int:
        """How many files are done."""
        if self.finished:
            return self.files
        # one file can give many slices, and one zip holds many files: count what is even
        return min(self.slices if self._packed else max(0, self._opened - 1), self.files)

    @property
    def seconds_left(self) -> float | None:
        """By the pace so far; None while nothing is done."""
        return self._seconds * (self.files - self.done) / self.done if self.done else None

    def _handed(self, files: deque[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
        """Each file once; a file that was read is let go."""
        while files:
            self._opened += 1
            yield files.popleft()


def _listed(data: bytes) -> int:
    return max(1, data.count(ENTRY)) if is_zip(data) else 1
