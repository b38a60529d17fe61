"""What one tab asked to be explained: results kept in its session, work under way in the pool.

A slice's bytes go to the pool's process through a pipe and come back as maps; nothing is written.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Final
from uuid import uuid4

import streamlit as st

from core.config.settings import settings
from core.domain import Placement
from core.explain.pool.pool import Task, shared
from core.explain.pool.works import Work
from core.explain.values import Ask, Explanation, Square
from core.imaging.preprocess import model_grey, prepare
from core.inference.batch import Case
from core.models.bundle import Bundle

KEPT: Final = 256
"""Results that a session keeps, the least recently looked at dropped first."""


class Explaining:
    """The results of one session, and what it waits for."""

    def __init__(self) -> None:
        self._owner = uuid4().hex
        self._tasks: OrderedDict[Hashable, Task] = OrderedDict()

    def map(self, case: Case, bundle: Bundle, ask: Ask) -> Task:
        """One method's map of a slice; its result is an `Explanation`."""
        square, placement = framed(case, bundle)
        arguments = {"square": square, "placement": placement, "ask": ask}
        return self._task(Work("explain", bundle.path, bundle.digest, arguments), case, ask)

    def trust(self, case: Case, bundle: Bundle, explanation: Explanation) -> Task:
        """How far a map can be believed; its result is a `Trust`."""
        square, _ = framed(case, bundle)
        arguments = {"square": square, "explanation": explanation}
        return self._task(Work("trust", bundle.path, bundle.digest, arguments), case, explanation.ask)

    def flip(self, case: Case, bundle: Bundle) -> Task:
        """What would change the answer; its result is a `Flip`, or None."""
        square, placement = framed(case, bundle)
        arguments = {"square": square, "placement": placement}
        return self._task(Work("flip", bundle.path, bundle.digest, arguments), case)

    def layers(self, bundle: Bundle) -> Task:
        """The layers that can be read; its result is a tuple of `core.explain.gradient.layers.Layer`."""
        return self._task(Work("layers", bundle.path, bundle.digest), None)

    def again(self, task: Task) -> None:
        """Forget a failed or cancelled one: whoever asks next starts it anew."""
        for key, one in list(self._tasks.items()):
            if one is task:
                del self._tasks[key]

    @property
    def waiting(self) -> list[Task]:
        """What isn't over yet."""
        return [one for one in self._tasks.values() if not one.over]

    def only(self, wanted: list[Task]) -> None:
        """Cancel and forget what is under way and is not among these: another slice is looked at now."""
        for key, one in list(self._tasks.items()):
            if not one.over and all(one is not other for other in wanted):
                one.cancel()
                del self._tasks[key]

    def _task(self, work: Work, case: Case | None, *more: Hashable) -> Task:
        key = (work.kind, work.digest, case.scan.digest if case else "", *more)
        if key not in self._tasks:
            self._tasks[key] = shared(settings()).submit(work, self._owner)
        self._tasks.move_to_end(key)
        while len(self._tasks) > KEPT:
            self._tasks.popitem(last=False)[1].cancel()
        return self._tasks[key]


def framed(case: Case, bundle: Bundle) -> tuple[Square, Placement]:
    """The square of a slice that a model sees, and where it lies on the slice."""
    spec = bundle.card.preprocess
    return prepare(model_grey(case.scan, spec), spec)


def explaining() -> Explaining:
    """This tab's."""
    if "explaining" not in st.session_state:
        st.session_state["explaining"] = Explaining()
    found: Explaining = st.session_state["explaining"]
    return found


def result_of(task: Task) -> Any:
    """What came out, or None while there is nothing."""
    return task.result if task.state == "done" else None
