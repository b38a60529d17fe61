"""What one tab asked to be explained: results kept in its session, work under way in the pool.

A slice's bytes go to the pool's process through a pipe and come back as maps; nothing is written.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, Final
from uuid import uuid4

import numpy as np
import streamlit as st

from core.config.settings import MB, settings
from core.domain import Placement
from core.errors import StudioError
from core.explain.cam import explanation as closed_form
from core.explain.methods import METHODS
from core.explain.pool.pool import Task, shared
from core.explain.pool.works import Work
from core.explain.values import Ask, Explanation, Square
from core.imaging.preprocess import model_grey, prepare
from core.inference.batch import Case
from core.models.bundle import Bundle

KEPT: Final = 256
"""Results that a session keeps, the least recently looked at dropped first."""
KEPT_BYTES: Final = 64 * MB
"""What their pictures may weigh together: some 130 slices' maps of 320 x 320."""

Arguments = Callable[[], Mapping[str, Any]]


class Explaining:
    """The results of one session, and what it waits for."""

    def __init__(self) -> None:
        self._owner = uuid4().hex
        self._tasks: OrderedDict[tuple[Hashable, ...], Task] = OrderedDict()

    def map(self, case: Case, bundle: Bundle, ask: Ask) -> Task:
        """One method's map of a slice; its result is an `Explanation`.

        What comes with the answer is over at once, and asks nothing of the pool.
        """
        if METHODS[ask.method].needs == "answer" and case.prediction.model == bundle.ref:
            return _at_once(case, bundle, ask, self._owner)

        def arguments() -> Mapping[str, Any]:
            square, placement = framed(case, bundle)
            return {"square": square, "placement": placement, "ask": ask}

        return self._task("explain", bundle, arguments, case, ask)

    def trust(self, case: Case, bundle: Bundle, explanation: Explanation) -> Task:
        """How far a map can be believed; its result is a `Trust`."""

        def arguments() -> Mapping[str, Any]:
            return {"square": framed(case, bundle)[0], "explanation": explanation}

        return self._task("trust", bundle, arguments, case, explanation.ask)

    def measured(self, case: Case, bundle: Bundle, ask: Ask) -> Any:
        """A `Trust` that is there already, or None; nothing is started."""
        task = self._tasks.get(("trust", bundle.digest, case.scan.digest, ask))
        return result_of(task) if task else None

    def flip(self, case: Case, bundle: Bundle) -> Task:
        """What would change the answer; its result is a `Flip`, or None."""

        def arguments() -> Mapping[str, Any]:
            square, placement = framed(case, bundle)
            return {"square": square, "placement": placement}

        return self._task("flip", bundle, arguments, case)

    def layers(self, bundle: Bundle) -> Task:
        """The layers that can be read; its result is a tuple of `core.explain.gradient.layers.Layer`."""
        return self._task("layers", bundle, dict, None)

    def again(self, task: Task) -> None:
        """Forget a failed or cancelled one: whoever asks next starts it anew."""
        for key, one in list(self._tasks.items()):
            if one is task:
                del self._tasks[key]

    @property
    def waiting(self) -> list[Task]:
        """What isn't over yet."""
        return [one for one in self._tasks.values() if not one.over]

    def look_at(self, case: Case, bundle: Bundle, asks: Collection[Ask]) -> None:
        """Cancel what is under way for another slice or model, or about maps that nobody asks for now.

        Args:
            case: The slice on the screen.
            bundle: The model that answers.
            asks: The maps on the screen.
        """
        for key, one in list(self._tasks.items()):
            about = [part for part in key[3:] if isinstance(part, Ask)]
            here = key[1] == bundle.digest and key[2] in ("", case.scan.digest)
            if not one.over and not (here and all(ask in asks for ask in about)):
                one.cancel()
                del self._tasks[key]

    def only(self, wanted: list[Task]) -> None:
        """Cancel and forget what is under way and is not among these."""
        for key, one in list(self._tasks.items()):
            if not one.over and all(one is not other for other in wanted):
                one.cancel()
                del self._tasks[key]

    def forget(self) -> None:
        """All of it: the slices are gone."""
        self.only([])
        self._tasks.clear()

    def _task(
        self, kind: str, bundle: Bundle, arguments: Arguments, case: Case | None, *more: Hashable
    ) -> Task:
        key = (kind, bundle.digest, case.scan.digest if case else "", *more)
        if key not in self._tasks:
            work = Work(kind, bundle.path, bundle.digest, arguments())
            # two queues that take turns: a map doesn't wait behind all that is asked about others
            owner = self._owner if kind in ("explain", "layers") else f"{self._owner} views"
            try:
                self._tasks[key] = shared(settings()).submit(work, owner)
            except StudioError as error:
                return _refused(work, owner, error)
        self._tasks.move_to_end(key)
        self._drop()
        return self._tasks[key]

    def _drop(self) -> None:
        weight = sum(map(_bytes, self._tasks.values()))
        while len(self._tasks) > 1 and (len(self._tasks) > KEPT or weight > KEPT_BYTES):
            _, oldest = self._tasks.popitem(last=False)
            weight -= _bytes(oldest)
            oldest.cancel()


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


def _at_once(case: Case, bundle: Bundle, ask: Ask, owner: str) -> Task:
    task = Task(Work("explain", bundle.path, bundle.digest, {"ask": ask}), owner)
    task.finish("done", closed_form(case.prediction, ask.target))
    return task


def _refused(work: Work, owner: str, error: StudioError) -> Task:
    task = Task(work, owner)
    task.finish("failed", error=error.sentence, code=error.code)
    return task


def _bytes(task: Task) -> int:
    """What a task holds: the pictures that it was given and isn't done with yet, and its map."""
    held = [*task.work.arguments.values(), task.result]
    raws = [one.raw if isinstance(one, Explanation) else one for one in held]
    return sum(one.nbytes for one in raws if isinstance(one, np.ndarray))
