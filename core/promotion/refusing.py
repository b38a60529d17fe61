"""What logged answers don't show of "answers as often": how often a model refuses a slice as no CT."""

from typing import Any

from core.models.bundle import Bundle
from core.promotion.gate import Check

Refused = tuple[float | None, float | None]
"""Of held-out slices, 0..1, by champion and candidate; None where its card doesn't say."""


def of(champion: Bundle, candidate: Bundle) -> Refused:
    """What the cards say."""
    return _of(champion), _of(candidate)


def counted_in(check: Check, refused: Refused, most: float) -> Check:
    """The line on labels for want of sureness, and beside it the cards' figures on what is no CT.

    Args:
        check: The line, of sureness alone.
        refused: What the cards say.
        most: More of it by so much isn't let pass, 0..1.
    """
    before, after = refused
    about = "Only answers declined for want of sureness are counted in this."
    if before is None or after is None:
        said = f"{check.sentence} {about} How many slices either refuses as no CT, its card doesn't say."
        return check.model_copy(update={"sentence": said, "met": None if check.met else check.met})
    much = after - before > most
    said = (
        f"{check.sentence} {about} As no CT the candidate refuses {after:.1%} of its held-out slices by its "
        f"card, and what answers now {before:.1%}{': so many more are not let pass' if much else ''}."
    )
    return check.model_copy(update={"sentence": said, "met": check.met and not much})


def _of(bundle: Bundle) -> float | None:
    declines: Any = bundle.card.metrics.get("declines")
    try:
        return float(declines["not_ct"]["refused"])
    except (KeyError, TypeError, ValueError):
        return None
