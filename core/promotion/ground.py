"""The slices on which a candidate and what answers now are compared: the same, and new to both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from core.config.settings import Settings
from core.data import manifest, sets
from core.data.manifest import Row
from core.errors import DataError
from core.evaluation.metrics import FEWEST_BLOCKS
from core.inference.held_out import apart, thinned
from core.models.bundle import Bundle
from core.promotion.refusing import Refused
from core.training.selection import primary

_ALL: Final = 400
"""Up to so many slices all are asked: of more, neighbours would cost minutes and tell little."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What both are asked about.

    Attributes:
        dataset: The set's name; empty where there is nothing.
        folder: Where the set lies.
        rows: Its slices that are asked.
        reason: Why there are none, or too few, a sentence; empty where there are enough.
        instead: Why it is not the set of what answers now, a sentence; empty where it is.
        because: Why nothing is asked, and what both logged while they were measured is compared instead, a
            sentence; empty where both are asked.
        logged: Whose the logged answers are, a sentence in lower case; empty where both are asked.
        refused: With these, what the cards say of slices refused as no CT.
    """

    dataset: str = ""
    folder: Path = Path()
    rows: tuple[Row, ...] = ()
    reason: str = ""
    instead: str = ""
    because: str = ""
    logged: str = ""
    refused: Refused = (None, None)

    @property
    def blocks(self) -> int:
        """How many patient blocks these slices are of."""
        return len({row.group for row in self.rows})


def find(candidate: Bundle, champion: Bundle, settings: Settings) -> Ground:
    """Slices of the champion's data set that neither has learnt from; else of the candidate's.

    A patient block of which either has learnt a slice is left out whole.

    Args:
        candidate: The bundle that shall answer.
        champion: The bundle that answers now.
        settings: Where data sets lie.

    Raises:
        BundleError: A bundle doesn't say what it has learnt from.
    """
    if set(candidate.card.labels) != set(champion.card.labels):
        theirs, ours = (", ".join(one.card.labels) for one in (candidate, champion))
        return Ground(
            reason=f"It answers with {theirs}, and what answers now with {ours}: no figure compares them."
        )
    reasons: list[str] = []
    for name in dict.fromkeys(str(one.card.data.get("name", "")) for one in (champion, candidate)):
        found = _of(name, candidate, champion, settings)
        if not found.reason:
            return replace(found, instead=" ".join(reasons))
        reasons.append(found.reason)
    return Ground(reason=" ".join(reasons))


def _of(name: str, candidate: Bundle, champion: Bundle, settings: Settings) -> Ground:
    try:
        folder = sets.folder(name, settings)
        rows = manifest.read(folder)
    except DataError:
        return Ground(reason=f"The data set {name or 'of the model'} is not on this machine, or not split.")
    unseen = set(apart(rows, (champion, candidate)))
    usable = [row for row, mine in zip(rows, primary(rows).tolist(), strict=True) if mine and row in unseen]
    chosen = _some([row for row in usable if row.label in candidate.card.labels])
    found = Ground(name, folder, tuple(chosen))
    if found.blocks >= FEWEST_BLOCKS:
        return found
    return Ground(reason=_too_few(name, found.blocks))


def _too_few(name: str, blocks: int) -> str:
    if not blocks:
        return f"Between them the two have learnt from every patient block of {name}."
    return (
        f"Only {blocks} patient block{'s' if blocks > 1 else ''} of {name} "
        f"{'are' if blocks > 1 else 'is'} new to both, and it takes {FEWEST_BLOCKS}."
    )


def _some(rows: Sequence[Row]) -> list[Row]:
    return list(rows) if len(rows) <= _ALL else thinned(rows)
