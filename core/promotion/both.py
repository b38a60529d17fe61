"""What candidate and champion answered about the same slices, whichever way that is known."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.evaluation import paired
from core.evaluation.answers import Answers
from core.evaluation.metrics import Interval

Compared = tuple[float, float, Interval]
"""A figure of the champion, of the candidate, and the difference with its 95 % interval over blocks."""
_GETS_A_LABEL = ("declined", "labelled")


@dataclass(frozen=True, slots=True, eq=False)
class Both:
    """Answers of two models about slices that neither had learnt from when it gave them.

    Attributes:
        champion: About these slices and no other; one of them several times where the folds were dealt
            several times.
        candidate: The same; of the same classes in any order.
        labelled: Whether each answer is given as a label, (N,) of the champion and (M,) of the candidate.
    """

    champion: Answers
    candidate: Answers
    labelled: tuple[NDArray[np.bool_], NDArray[np.bool_]]

    @property
    def slices(self) -> int:
        """How many different ones."""
        return len(set(self.champion.slices.tolist()))

    @property
    def blocks(self) -> int:
        """Of how many patient blocks."""
        return len(set(self.champion.groups.tolist()))

    def figure(self, name: str) -> Compared:
        """One of `core.evaluation.paired.FIGURES` of both."""
        return _compared(self.champion, self.candidate, name)

    def answered(self) -> Compared:
        """The share that gets a label, of both."""
        before, after = self.labelled
        # the share of labels among slices that should all get one is an accuracy
        return _compared(_as_classes(self.champion, before), _as_classes(self.candidate, after), "accuracy")

    def over_guessing(self) -> Interval:
        """Macro F1 of the candidate less that of always giving the commonest class of these slices."""
        mine = self.candidate
        classes = len(mine.labels)
        always = np.eye(classes)[np.full(len(mine), np.bincount(mine.truth, minlength=classes).argmax())]
        return paired.between(replace(mine, probabilities=always), mine, "macro_f1")


def _compared(champion: Answers, candidate: Answers, name: str) -> Compared:
    before, after = paired.each(champion, candidate, name)
    return before, after, paired.between(champion, candidate, name)


def _as_classes(one: Answers, given: NDArray[np.bool_]) -> Answers:
    whole = np.ones(len(given), np.intp)
    return replace(one, labels=_GETS_A_LABEL, truth=whole, probabilities=np.eye(2)[given.astype(np.intp)])
