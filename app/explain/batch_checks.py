"""The closed-form maps of all slices, checked one after the other while somebody looks.

One map is in the pool at a time: whatever else is asked of it meanwhile is not held up by the rest.
"""

from collections.abc import Iterator, Sequence
from statistics import fmean

import streamlit as st

from app.explain.explaining import explaining
from core.explain.cam import explanation
from core.explain.faithfulness.values import Trust
from core.explain.pool.pool import Task
from core.explain.values import Explanation, Target
from core.inference.batch import Case
from core.models.bundle import Bundle

Pair = tuple[Case, Explanation]
"""A slice, and the closed-form map of its answer."""


class Checks:
    """What is known of one model's maps, and the check under way.

    Attributes:
        trusts: By the slice's digest.
        going: Whether the rest is being checked.
        error: One sentence, where the check ended before it was done.
    """

    def __init__(self) -> None:
        self.trusts: dict[str, Trust] = {}
        self.going = False
        self.error = ""
        self._under_way: tuple[str, Task] | None = None
        self._seconds: list[float] = []

    def start(self) -> None:
        """Check what isn't yet."""
        self.going, self.error = True, ""

    def stop(self) -> None:
        """Keep what is there; the one under way is dropped."""
        self.going = False
        if self._under_way:
            self._under_way[1].cancel()
            explaining().again(self._under_way[1])
            self._under_way = None

    def turn(self, maps: Sequence[Pair], bundle: Bundle) -> None:
        """Take what is ready, and give the next one.

        Args:
            maps: What can be checked.
            bundle: The model.
        """
        if self._under_way and self._under_way[1].over:
            self._take(*self._under_way)
        if not self.going or self._under_way:
            return
        left = self.left(maps)
        if left:
            case, made = left[0]
            self._under_way = case.scan.digest, explaining().trust(case, bundle, made)
        else:
            self.going = False

    def left(self, maps: Sequence[Pair]) -> list[Pair]:
        """Those that weren't checked yet."""
        return [pair for pair in maps if pair[0].scan.digest not in self.trusts]

    def share(self, done: int, left: int) -> float:
        """How much is done, 0..1, with the one under way counted in part."""
        part = self._under_way[1].share if self._under_way else 0.0
        return (done + part) / max(done + left, 1)

    def seconds_left(self, left: int) -> float | None:
        """By what the last ones took; None before the first is done."""
        part = self._under_way[1].share if self._under_way else 0.0
        return max(left - part, 0.0) * fmean(self._seconds[-8:]) if self._seconds else None

    def _take(self, digest: str, task: Task) -> None:
        self._under_way = None
        if task.state == "done":
            self.trusts[digest] = task.result
            # one that was checked before comes back at once, and says nothing about the rest
            self._seconds += [task.seconds] if task.seconds else []
            return
        # another slice was looked at, which cancels what runs: it is asked for again
        explaining().again(task)
        if task.state == "failed":
            self.going, self.error = False, task.error


def answered(cases: Sequence[Case], bundle: Bundle) -> Iterator[Pair]:
    """Slices that this model answered and didn't decline, with the closed-form map of their answer."""
    for case in cases:
        label = case.prediction.label
        if label is not None and case.prediction.model == bundle.ref:
            yield case, explanation(case.prediction, Target(label))


def checks(bundle: Bundle) -> Checks:
    """This tab's, for one model."""
    kept: dict[str, Checks] = st.session_state.setdefault("ex-batch", {})
    return kept.setdefault(bundle.digest, Checks())
