"""What is taken away of one slice: its maps, how they are drawn, and what is said with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.domain import ModelRef, Scan, Window
from core.explain import overlay
from core.explain.asking import method
from core.explain.faithfulness.values import Trust
from core.explain.values import Ask, Explanation
from core.imaging.window import render
from core.literal import seen

MAPS: Final = 4
"""Maps side by side, at most."""
ENDS: Final = ("0: no support", "1: strongest support in this slice")
"""The ends of the colour scale."""
AGAINST: Final = ("0: nothing against it", "1: strongest against it in this slice")
"""The same where what speaks against the target is shown."""
TURNED: Final = "Shown with its sign turned: heat is what lowers the score."
NOTES: Final = 2000
"""Characters of notes that are taken."""
LINES: Final = 40
"""Lines of notes that are kept as lines."""
HONEST: Final = (
    "A map shows what the model used, not where disease is. Heat is relative: each map's own strongest "
    "place is 1."
)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One slice with one to four maps, all of one target and of one model.

    Attributes:
        scan: The slice.
        maps: What was computed of it.
        answer: What the model says of the slice, for a person; empty leaves it out.
        notes: A person's own words; at most `NOTES` characters are kept.
        trusts: How far each map can be believed, by what was asked; where it was measured.
        window: For slices in Hounsfield units; None is the header's own.
        opacity: Of the heat, 0..1.
        colour_map: A name in `core.explain.overlay.COLOUR_MAPS`.
        turned: What speaks against the target is shown, in place of what speaks for it.
    """

    scan: Scan
    maps: tuple[Explanation, ...]
    answer: str = ""
    notes: str = ""
    trusts: Mapping[Ask, Trust] = field(default_factory=lambda: MappingProxyType({}))
    window: Window | None = None
    opacity: float = overlay.OPACITY
    colour_map: str = overlay.DEFAULT
    turned: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.maps) <= MAPS:
            raise ValueError(f"maps must be 1 to {MAPS}, got {len(self.maps)}")
        if any(one.model != self.model or one.ask.target != self.maps[0].ask.target for one in self.maps):
            raise ValueError("maps must all be of one target and of one model")
        object.__setattr__(self, "notes", _kept(self.notes))

    @property
    def model(self) -> ModelRef:
        return self.maps[0].model

    @property
    def shown(self) -> tuple[Explanation, ...]:
        """The maps as they are drawn: turned, where what speaks against the target is shown."""
        return tuple(one.turned() for one in self.maps) if self.turned else self.maps

    @property
    def target(self) -> str:
        """What the maps explain, for a person: ``"Stone"``, or ``"against Stone"``."""
        words = self.maps[0].ask.target.words
        return f"against {words}" if self.turned else words

    @property
    def heading(self) -> str:
        """What is seen, in a line."""
        return f"What speaks {self.target}" if self.turned else f"Where the model looks: {self.target}"

    @property
    def ends(self) -> tuple[str, str]:
        """What the ends of the colour scale mean."""
        return AGAINST if self.turned else ENDS

    @property
    def model_words(self) -> str:
        """Which model and which slice, in a line."""
        ref = self.model
        slice_ = self.scan.digest[:12]
        return f"Model {ref.name}, version {ref.version}, {ref.digest[:12]}; slice {slice_}"

    def grey(self) -> NDArray[np.uint8]:
        """(H, W) the slice as it is shown."""
        return render(self.scan, self.window)

    def pictures(self) -> list[NDArray[np.uint8]]:
        """(H, W, 3) RGB of each map over the slice."""
        grey = self.grey()
        heats = (one.heatmap().values for one in self.shown)
        return [overlay.blend(grey, heat, self.opacity, self.colour_map) for heat in heats]

    def says(self, one: Explanation) -> str:
        """What a map shows, in plain sentences."""
        words = method(one.ask.method).says
        return f"{words} {TURNED}" if self.turned else words

    def believed(self, one: Explanation) -> tuple[str, ...]:
        """The sentences on how far a map can be believed; none where it wasn't measured.

        Measured is what speaks for a target, so there are none for a map that is turned.
        """
        trust = None if self.turned else self.trusts.get(one.ask)
        return trust.sentences if trust else ()


def _kept(notes: str) -> str:
    """Notes as far as they are taken: not endless, and not one word a line for pages."""
    lines = [line.strip() for line in seen(notes[:NOTES]).splitlines() if line.strip()]
    return "\n".join([*lines[: LINES - 1], " ".join(lines[LINES - 1 :])]).strip()


def title(one: Explanation) -> str:
    """A map's method, and the layer where one was chosen."""
    row = method(one.ask.method)
    return f"{row.title}, layer {one.ask.layer}" if one.ask.layer else row.title


def strength(one: Explanation) -> str:
    """What 1 stands for on a map, or that it points nowhere."""
    if one.flat:
        return "Flat: it points nowhere, no heat is shown"
    return f"1 is {one.peak:.3g} {one.unit}"


def derivation(one: Explanation, turned: bool = False) -> str:
    """How a map was made, in one sentence, with the whole digest of the model.

    Args:
        one: The map.
        turned: Whether it is shown with its sign turned.
    """
    ref, way = one.model, "against" if turned else "for"
    return (
        f"{title(one)} {way} {one.ask.target.words} of the model {ref.name}, version {ref.version}, "
        f"SHA-256 {ref.digest}."
    )
