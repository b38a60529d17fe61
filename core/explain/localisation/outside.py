"""How much of a model's heat lies outside the body: on the table, on burnt-in text, on black."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.domain import Scan
from core.explain.asking import explain
from core.explain.localisation import scores
from core.explain.localisation.intervals import Interval, mean
from core.explain.opening import network
from core.explain.values import Ask, Step, Target
from core.imaging import body
from core.imaging.preprocess import model_grey, prepare
from core.models.bundle import Bundle

LIMIT: Final = 0.25
"""A class whose maps have more than this share of their heat outside the body, on average, is flagged.

A map that is the same everywhere, and so tells body from air no better than chance, gets what part of the
square is outside the body: 36 to 41 % on the public kidney slices. A quarter is well under that, and leaves
room for a coarse grid's heat that spills over the skin."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """One slice with its class.

    Attributes:
        scan: The slice.
        label: Its class.
        group: Equal for slices believed to be of one person.
    """

    scan: Scan
    label: str
    group: str


@dataclass(frozen=True, slots=True)
class Outside:
    """One method's maps of one class, on slices of that class.

    Attributes:
        method: Its key.
        label: The class, which is also the one explained.
        slices: How many.
        groups: Of how many persons.
        flat: How many maps were flat; they have no heat and are left out of the share.
        share: Mean share of heat outside the body; None where all maps are flat.
        area: Mean share of the model's square that is outside the body, of the same slices: what a map
            that is the same everywhere gets.
    """

    method: str
    label: str
    slices: int
    groups: int
    flat: int
    share: Interval | None
    area: float

    @property
    def flagged(self) -> bool:
        """Whether it looks outside the body too much."""
        return self.share is not None and self.share.value > LIMIT


def outside(
    bundle: Bundle, slices: Sequence[Labelled], key: str, step: Step, threads: int = 2
) -> tuple[Outside, ...]:
    """Measure one method.

    The body is `core.imaging.body.mask` on the slice; what of the model's square lies past the slice's
    edges is outside it.

    Args:
        bundle: The model; its classes have to hold the slices' labels.
        slices: Best such as it has never seen.
        key: A key of `core.explain.methods.METHODS`.
        step: Told the share that is done.
        threads: Of one forward pass.

    Returns:
        A row a class, in the model's order; none for a class without slices.

    Raises:
        StudioError: There is no such method, or the model can't be asked.
        Cancelled: By ``step``.
    """
    asked, spec = network(bundle, key, threads), bundle.card.preprocess
    found: dict[str, list[tuple[float, float, str]]] = {label: [] for label in bundle.card.labels}
    for number, one in enumerate(slices, start=1):
        grey = model_grey(one.scan, spec)
        square, placement = prepare(grey, spec)
        inside = scores.framed(body.mask(grey), placement, spec.size)
        made = explain(asked, square, placement, Ask(key, Target(one.label)), lambda _: None)
        share = float("nan") if made.flat else scores.outside(made.square(spec.size), inside)
        found[one.label].append((share, float(1 - inside.mean()), one.group))
        step(number / len(slices))
    return tuple(_row(key, label, several) for label, several in found.items() if several)


def _row(key: str, label: str, several: Sequence[tuple[float, float, str]]) -> Outside:
    warm = [(share, group) for share, _, group in several if not np.isnan(share)]
    return Outside(
        method=key,
        label=label,
        slices=len(several),
        groups=len({group for _, _, group in several}),
        flat=len(several) - len(warm),
        share=mean([share for share, _ in warm], [group for _, group in warm]) if warm else None,
        area=float(np.mean([area for _, area, _ in several])),
    )
