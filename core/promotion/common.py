"""The slices about which both models' recipes answered, each while the patient was held out from it."""

import numpy as np
from numpy.typing import NDArray

from core.config.settings import Settings
from core.errors import DataError
from core.evaluation import paired
from core.evaluation.answers import Answers
from core.evaluation.metrics import FEWEST_BLOCKS
from core.evaluation.report import CROSS
from core.models.bundle import Bundle
from core.promotion import logged, refusing
from core.promotion.both import Both
from core.promotion.ground import Ground


def find(candidate: Bundle, champion: Bundle, settings: Settings, reason: str) -> tuple[Ground, Both | None]:
    """What both logged about the same slices, where they can be asked about none.

    Args:
        candidate: The bundle that shall answer.
        champion: The bundle that answers now; of the same classes.
        settings: Where jobs and runs are.
        reason: Why nothing can be asked, a sentence.
    """
    try:
        splits, sides = _sides(candidate, champion, settings)
        found = _both(*sides, champion, candidate)
    except DataError as error:
        return Ground(reason=f"{reason} {error.sentence}"), None
    if found.blocks < FEWEST_BLOCKS:
        few = f"Of {found.blocks} patient block{'s' if found.blocks > 1 else ''} both logged answers"
        return Ground(
            reason=f"{reason} {few} from when these were held out, and it takes {FEWEST_BLOCKS}."
        ), None
    name, refused = str(champion.card.data.get("name", "")), refusing.of(champion, candidate)
    return Ground(name, because=reason, logged=_whose(*splits), refused=refused), found


def _sides(
    candidate: Bundle, champion: Bundle, settings: Settings
) -> tuple[tuple[str, str], tuple[Answers, Answers]]:
    """The splits and the answers of champion and candidate."""
    found = []
    for called, bundle in (("What answers now", champion), ("The candidate", candidate)):
        try:
            found.append(logged.held_out(bundle, settings))
        except DataError as error:
            raise DataError(f"{called} {error.sentence}.", error.code) from None
    (first, mine), (second, theirs) = found
    return (first, second), (mine, theirs)


def _both(first: Answers, second: Answers, champion: Bundle, candidate: Bundle) -> Both:
    several = sorted(set(first.slices.tolist()) & set(second.slices.tolist()))
    # short names for digests: sorting these by the ten thousand takes seconds
    numbers = {digest: str(at) for at, digest in enumerate(several)}
    mine, theirs = _some(first, numbers), _some(second, numbers)
    # it has no figure where they don't agree what a slice shows
    paired.each(mine, theirs, "accuracy")
    return Both(mine, theirs, (_sure(mine, champion), _sure(theirs, candidate)))


def _some(one: Answers, numbers: dict[str, str]) -> Answers:
    kept = np.array([digest in numbers for digest in one.slices.tolist()], np.bool_)
    names = [numbers[digest] for digest in one.slices[kept].tolist()]
    return Answers(
        one.labels,
        np.array(names, np.str_),
        one.groups[kept],
        one.truth[kept],
        one.probabilities[kept],
        one.dealing[kept],
    )


def _sure(one: Answers, bundle: Bundle) -> NDArray[np.bool_]:
    return np.asarray(one.probabilities.max(axis=1, initial=0.0) >= bundle.card.thresholds.unsure)


def _whose(champion: str, candidate: str) -> str:
    crossed = (champion == CROSS, candidate == CROSS)
    if all(crossed):
        return (
            "these are answers of each recipe's cross-validation, by models that never saw the patient, not "
            "of the two models themselves."
        )
    if not any(crossed):
        return "these are the answers that each logged about the patients held out from it."
    one, other = (
        ("what answers now", "the candidate") if crossed[0] else ("the candidate", "what answers now")
    )
    return (
        f"the answers of {one} are those of its recipe's cross-validation, by models that never saw the "
        f"patient, not by itself; those of {other} are its own, about the patients held out from it."
    )
