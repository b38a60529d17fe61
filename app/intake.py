"""A batch on its way in, worked off in short turns so that the page stays alive meanwhile."""

import time
from collections.abc import Iterator, Sequence

from core.config.settings import Limits
from core.imaging.intake import Refused
from core.inference.batch import Case, review
from core.inference.predictor import Predictor


class Intake:
    """One batch.

    It keeps its place between turns: a rerun of the page interrupts a turn and loses nothing.

    Attributes:
        files: How many files the batch has.
        opened: How many of them were opened so far.
        slices: How many results came so far.
        finished: True when nothing is left.
    """

    def __init__(self, files: Sequence[tuple[str, bytes]], predictor: Predictor, limits: Limits) -> None:
        self.files = len(files)
        self.opened = 0
        self.slices = 0
        self.finished = False
        self.seconds = 0.0
        self._results = review(self._handed(files), predictor, limits)

    def turn(self, seconds: float) -> Iterator[Case | Refused]:
        """Results until the time is over or nothing is left; at least one.

        Args:
            seconds: How long a turn may take, give or take one slice.
        """
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            began = time.perf_counter()
            result = next(self._results, None)
            self.seconds += time.perf_counter() - began
            if result is None:
                self.finished = True
                return
            self.slices += 1
            yield result

    @property
    def fraction(self) -> float:
        """Share of the files that are done, 0..1."""
        done = self.files if self.finished else max(0, self.opened - 1)
        return done / self.files if self.files else 1.0

    @property
    def seconds_left(self) -> float | None:
        """By the pace so far; None while nothing is done."""
        return self.seconds * (1 - self.fraction) / self.fraction if self.fraction > 0 else None

    def _handed(self, files: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
        for name, data in files:
            self.opened += 1
            yield name, data
