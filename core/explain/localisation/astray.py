"""How much of one slice's heat lies where there is no patient, and that in words."""

from core.domain import Scan
from core.explain.localisation import scores
from core.explain.localisation.outside import LIMIT
from core.explain.values import Explanation
from core.imaging import body
from core.imaging.preprocess import PreprocessSpec, model_grey
from core.percent import spoken


def astray(made: Explanation, scan: Scan, spec: PreprocessSpec) -> float | None:
    """The share of a map's heat that lies outside the body, as `outside` measures it for a whole class.

    Args:
        made: The map.
        scan: The slice that it is of.
        spec: How the model sees slices.

    Returns:
        0..1, on the square that the model saw; None where the map is flat, and so has no heat.
    """
    if made.flat:
        return None
    inside = scores.framed(body.mask(model_grey(scan, spec)), made.placement, spec.size)
    return scores.outside(made.square(spec.size), inside)


def said(share: float) -> str:
    """The share in a sentence; one over `LIMIT` says what that means."""
    if not share:
        return "None of its heat lies outside the body."
    told = f"{spoken(share).capitalize()} of its heat lies outside the body, where there is no patient"
    if share <= LIMIT:
        return f"{told}."
    return f"{told}: more than the {spoken(LIMIT)} from which a map is flagged."


def flag(share: float) -> str:
    """The same in the few words that fit on a picture; empty where the share is no more than `LIMIT`."""
    return f"{spoken(share)} of its heat lies outside the body" if share > LIMIT else ""
