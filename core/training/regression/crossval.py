"""What a recipe answers about slices it was not trained on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from core.config.params import Params, Training
from core.data.manifest import Row
from core.evaluation.answers import Answers
from core.evaluation.calibration import softmax, temperature
from core.models.reference import Reference
from core.training.inputs.variants import PLAIN
from core.training.regression import head
from core.training.regression.head import Head

Floats = NDArray[np.float32]
CONTRAST = "contrast"


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """Slices as features.

    Attributes:
        labels: (N,) class numbers.
        features: (N, C) by variant, ``"plain"`` among them.
        reported: (N,) True for slices that figures are taken on; the rest only help to train.
    """

    labels: NDArray[np.intp]
    features: Mapping[str, Floats]
    reported: NDArray[np.bool_]

    def some(self, chosen: NDArray[np.bool_]) -> "Bank":
        """The slices that a mask chooses."""
        features = {name: values[chosen] for name, values in self.features.items()}
        return Bank(self.labels[chosen], features, self.reported[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Answers about held-out slices; each slice by the head that never saw its fold.

    Attributes:
        truth: (N,) class numbers.
        folds: (N,) fold of each slice.
        dealings: (N,) which dealing of the folds it is.
        logits: (N, K).
        contrast: (N, K) of the slices' copies in another contrast; empty where there are none.
        distances: (N,) to the training slices.
        strangers: By name (F, M): distance of other pictures in each fold.
    """

    truth: NDArray[np.intp]
    folds: NDArray[np.intp]
    dealings: NDArray[np.intp]
    logits: Floats
    contrast: Floats
    distances: Floats
    strangers: Mapping[str, Floats]

    def probabilities(self) -> NDArray[np.float64]:
        """(N, K), each fold at the temperature that the other folds want."""
        return self._calibrated(self.logits)

    def contrast_probabilities(self) -> NDArray[np.float64]:
        """(N, K) of the copies, at the same temperatures."""
        return self._calibrated(self.contrast)

    def _calibrated(self, logits: Floats) -> NDArray[np.float64]:
        found = np.zeros(logits.shape)
        for dealing in np.unique(self.dealings):
            here = self.dealings == dealing
            for fold in np.unique(self.folds[here]):
                mine, rest = here & (self.folds == fold), here & (self.folds != fold)
                found[mine] = softmax(logits[mine], temperature(self.logits[rest], self.truth[rest]))
        return found

    def answers(self, labels: tuple[str, ...], rows: Sequence[Row]) -> Answers:
        """The same with whose they are.

        Args:
            labels: Class names.
            rows: The slices of one dealing, in its order; every dealing has the same.
        """
        return Answers(
            labels,
            np.array([row.sha256 for row in rows] * self.times, np.str_),
            np.array([row.group for row in rows] * self.times, np.str_),
            self.truth,
            self.probabilities(),
            self.dealings,
        )

    @property
    def times(self) -> int:
        """How many dealings there are; each slice is in every one."""
        return len(np.unique(self.dealings))

    @classmethod
    def joined(cls, several: Sequence["Held"]) -> "Held":
        """The answers of several dealings, one after the other (repeated cross-validation)."""
        return cls(
            np.concatenate([one.truth for one in several]),
            np.concatenate([one.folds for one in several]),
            np.concatenate([np.full(len(one.folds), number) for number, one in enumerate(several)]),
            np.concatenate([one.logits for one in several]),
            np.concatenate([one.contrast for one in several]),
            np.concatenate([one.distances for one in several]),
            {name: np.concatenate([one.strangers[name] for one in several]) for name in several[0].strangers},
        )


def fit(bank: Bank, recipe: Training) -> Head:
    """The head that a recipe gives."""
    # on a busy machine BLAS threads wait for each other longer than they work
    with threadpool_limits(1):
        return head.fit(
            bank.features,
            bank.labels,
            inverse_penalty=recipe.inverse_penalty,
            nuisance_floor=recipe.nuisance_floor,
            dimensions=recipe.dimensions,
        )


def reference(bank: Bank, dimensions: int) -> Reference:
    """What slices look like to the network, in every variant.

    Slices that only help to train are left out: those of another preparation would widen what
    counts as usual, so that the limit came too near for other hospitals.
    """
    shown = [features[bank.reported] for features in bank.features.values()]
    with threadpool_limits(1):
        return Reference.fit(np.concatenate(shown), dimensions)


def held_out(
    bank: Bank,
    folds: NDArray[np.intp],
    params: Params,
    strangers: Mapping[str, Floats] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Held:
    """Train without each fold in turn and answer it.

    Args:
        bank: All slices.
        folds: (N,) fold of each; a fold without reported slices is always trained on.
        params: The recipe.
        strangers: Features of other pictures by name, (M, C) each; None leaves distances at 0.
        progress: Told the share done.
    """
    classes = int(bank.labels.max()) + 1
    contrast = bank.features.get(CONTRAST)
    logits = np.zeros((len(folds), classes), np.float32)
    changed = np.zeros_like(logits)
    distances = np.zeros(len(folds), np.float32)
    far: dict[str, list[Floats]] = {name: [] for name in strangers or {}}
    numbers = np.unique(folds[bank.reported])
    for done, fold in enumerate(numbers):
        mine = folds == fold
        rest = bank.some(~mine)
        trained = fit(rest, params.training)
        logits[mine] = trained.logits(bank.features[PLAIN][mine])
        if contrast is not None:
            changed[mine] = trained.logits(contrast[mine])
        if strangers is not None:
            known = reference(rest, params.declining.dimensions)
            distances[mine] = known.distances(bank.features[PLAIN][mine])
            for name, features in strangers.items():
                far[name].append(known.distances(features))
        if progress:
            progress((done + 1) / len(numbers))
    kept = bank.reported
    return Held(
        bank.labels[kept],
        folds[kept],
        np.zeros(int(kept.sum()), np.intp),
        logits[kept],
        changed[kept] if contrast is not None else np.zeros((0, classes), np.float32),
        distances[kept],
        {name: np.stack(values) for name, values in far.items()},
    )
