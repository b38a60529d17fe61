"""Slices that are here already, answered by another model, worked off in short turns like a batch."""

import time
from collections import deque
from collections.abc import Iterator, Sequence

from core.errors import InputError
from core.imaging.intake import Refused
from core.inference.batch import Case
from core.inference.predictor import Predictor


class Answering:
    """One going over of all slices.

    Attributes:
        files: How many slices there are.
        slices: How many of them have their new answer.
        finished: True when nothing is left.
    """

    def __init__(self, cases: Sequence[Case], predictor: Predictor) -> None:
        self.files = len(cases)
        self.slices = 0
        self.finished = not cases
        self._left = deque(case.scan for case in cases)
        self._predictor = predictor
        self._seconds = 0.0

    def turn(self, seconds: float) -> Iterator[Case | Refused]:
        """New answers until the time is over or nothing is left.

        Args:
            seconds: How long a turn may take, give or take one slice.

        Raises:
            BundleError: The model can't answer at all.
        """
        start = time.perf_counter()
        while self._left and time.perf_counter() - start < seconds:
            began, scan = time.perf_counter(), self._left.popleft()
            self.slices += 1
            try:
                result: Case | Refused = Case(scan, self._predictor.predict(scan))
            except InputError as error:
                result = Refused(scan.name, error.code, error.sentence)
            self._seconds += time.perf_counter() - began
            yield result
        self.finished = not self._left

    @property
    def done(self) -> int:
        """How many slices are done."""
        return self.slices

    @property
    def seconds_left(self) -> float | None:
        """By the pace so far; None while nothing is done."""
        return self._seconds * len(self._left) / self.slices if self.slices else None
