"""How long a training takes on this machine, before it starts. TensorFlow is not loaded."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from core.config.params import Params
from core.data.fetching.meter import lasting
from core.data.manifest import Row
from core.training import parts, selection
from core.training.search.sweep import Sweep
from core.training.timing.pace import Figures, Pace, mode

LOADING, READING, FEATURES, HEAD, TUNING, CROSSVAL, SEARCH = (
    "loading", "reading slices", "features", "head", "tuning", "cross-validation", "search",
)  # fmt: skip
_HEAD_ONLY = "model.dropout"
"""Of the model's parameters, the one that features don't depend on."""
_FORWARD = 0.3
"""What validating a slice takes of what learning from it takes."""
_TOLD = 0.05
"""Share of the whole from which a stage is named."""


@dataclass(frozen=True, slots=True)
class Slices:
    """How many slices a recipe works on.

    Attributes:
        used: Of all that the set has.
        learnt: From which one model learns.
        validated: By which its best epoch is found.
        tested: On which its figures are taken.
        models: How many are trained: folds of a k-fold, and one more where slices are dealt at random too.
    """

    used: int
    learnt: int
    validated: int
    tested: int
    models: int = 1


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a training takes.

    Attributes:
        seconds: By stage, in order.
        exact: All of it was measured for this backbone, at this size.
        most: It may stop earlier.
        without: A stage that was never timed here, and isn't counted; empty for none.
    """

    seconds: Mapping[str, float]
    exact: bool
    most: bool
    without: str = ""

    @property
    def total(self) -> float:
        """Seconds."""
        return sum(self.seconds.values())

    @property
    def words(self) -> str:
        """``At most about 7 min here: 2 min features, 5 min tuning``."""
        named = [
            f"{lasting(one)} {stage}"
            for stage, one in self.seconds.items()
            if one >= _TOLD * self.total and one >= 1
        ]
        how = f"{'at most ' if self.most else ''}{'about' if self.exact else 'roughly'}"
        said = f"{how.capitalize()} {lasting(self.total)} here"
        said += f": {', '.join(named)}" if len(named) > 1 else ""
        return f"{said}; {self.without} comes on top, never timed here so far" if self.without else said


def count(rows: Sequence[Row], params: Params) -> Slices:
    """How many slices a recipe works on.

    Args:
        rows: The whole manifest.
        params: The recipe.

    Raises:
        DataError: There are too few patient blocks, of all or of a class.
    """
    used = selection.select(rows, params)
    if params.training.fit == "regression":
        selection.folds(used, params)
        return Slices(len(used), len(used), 0, int(selection.primary(used).sum()))
    dealt = parts.deal(used, params)
    learnt, validated, tested = (int((dealt == part).sum()) for part in (parts.TRAIN, parts.VAL, parts.TEST))
    folds = len(set(selection.folds(used, params)) - {selection.NEVER}) if params.training.k_fold else 1
    return Slices(len(used), learnt, validated, tested, folds + params.training.random_too)


def estimate(params: Params, slices: Slices, pace: Pace, search: Sweep | None = None) -> Estimate | None:
    """How long a training takes, if nothing of it was computed before and it never stops early.

    Args:
        params: The recipe.
        slices: From `count`.
        pace: What is known of this machine.
        search: What is searched for before, if anything.

    Returns:
        None where something that it needs was never measured.
    """
    known, same = pace.of(params.model.backbone, params.model.size)
    if known is None or known.features is None or known.reading is None:
        return None
    seconds = {LOADING: known.loading or 0.0, READING: slices.used / known.reading}
    if params.training.fit == "regression":
        seconds |= _regression(params, slices, known)
        return Estimate(_some(seconds), same, most=False, without="" if known.fit else CROSSVAL)
    once = _epochs(params, slices, known)
    if once is None:
        return None
    if search:
        seconds[SEARCH] = _searching(once, search)
    seconds |= {stage: one if stage == FEATURES else slices.models * one for stage, one in once.items()}
    most = bool(params.training.patience) and params.training.patience < params.training.epochs
    return Estimate(_some(seconds), same, most or search is not None)


def _regression(params: Params, slices: Slices, known: Figures) -> dict[str, float]:
    """Of a regression: all but loading and reading."""
    passes = slices.used * (1 + len(params.training.variants))
    fits = params.split.folds * (params.split.dealings + 1) + 1
    crossval = fits * slices.used / 1000 * known.fit if known.fit else 0.0
    return {FEATURES: passes / (known.features or 1.0), CROSSVAL: crossval}


def _epochs(params: Params, slices: Slices, known: Figures) -> dict[str, float] | None:
    """Of one model that learns in epochs: all but loading and reading; features are those of all models."""
    chosen, features = params.training, known.features or 1.0
    tunes = chosen.unfreeze != "none"
    frozen = min(chosen.head_epochs, chosen.epochs) if tunes else chosen.epochs
    tuning = known.tuning.get(mode(params))
    if known.head is None or (tunes and tuning is None):
        return None
    copied = slices.used if slices.models > 1 else slices.learnt
    passes = slices.used + copied * params.augmentation.copies if frozen else 0
    passes += slices.tested  # in another contrast
    found = {FEATURES: passes / features, HEAD: frozen * (slices.learnt / known.head + known.epoch)}
    if tunes and tuning:
        # a tuned backbone's own features, of all slices, come at the end
        one = (slices.learnt + _FORWARD * slices.validated) / tuning + known.epoch
        found[TUNING] = (chosen.epochs - frozen) * one + slices.used / features
    return found


def _searching(once: Mapping[str, float], search: Sweep) -> float:
    """Seconds of all trials; features are computed anew where what they depend on is searched for."""
    anew = any(path.startswith(("model.", "augmentation.")) and path != _HEAD_ONLY for path in search.space)
    trial = sum(one for stage, one in once.items() if anew or stage != FEATURES)
    return min(search.trials * trial, 60 * (search.minutes or math.inf) + trial)


def _some(seconds: Mapping[str, float]) -> Mapping[str, float]:
    return MappingProxyType({stage: one for stage, one in seconds.items() if one > 0})
