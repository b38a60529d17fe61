"""Mean heat for each class over its mean slice, small and side by side in the model's own square."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import streamlit as st

from app import pictures
from app.explain.batch_checks import Pair
from app.explain.explaining import framed
from app.session import session
from app.words import counted
from core.explain import overlay
from core.explain.batch import Mean, mean_square, means
from core.explain.values import Square
from core.inference.words import colour, percent
from core.literal import markup
from core.models.bundle import Bundle

_SAYS: Final = (
    "The closed-form maps of the class that each slice was given, each over its own peak, laid over one "
    "another in the square that the model sees; grey is the mean slice. It shows what the model used, not "
    "where disease is: heat in the same corner on every slice is a reason to look at what lies there."
)
GREY: Final = 24
"""Slices a class whose mean is drawn below the heat, evenly spread over all of them."""
OPACITY: Final = 0.65
"""Of the heat at its peak: more than on one slice, as a mean's anatomy is soft."""


def show(found: Sequence[Pair], bundle: Bundle, count: int) -> None:
    """Draw them.

    Args:
        found: The slices that the model gave a class, with their maps.
        bundle: The model.
        count: Of all slices, declined ones too.
    """
    name = (bundle.digest, session().view.colour_map, count, *(case.scan.digest for case, _ in found))
    kept: tuple[Any, str] | None = st.session_state.get("ex-batch-means")
    if kept is None or kept[0] != name:
        made = means((one for _, one in found), bundle.card.labels)
        html = drawn(made, greys(found, bundle), count, session().view.colour_map)
        kept = st.session_state["ex-batch-means"] = (name, html)
    st.html(kept[1])


def greys(found: Sequence[Pair], bundle: Bundle) -> dict[str, Square]:
    """The mean slice of each class that was given.

    Args:
        found: The slices that the model gave a class, with their maps.
        bundle: The model.
    """
    made = {}
    for label in bundle.card.labels:
        cases = [case for case, one in found if one.ask.target.label == label]
        if cases:
            places = np.linspace(0, len(cases) - 1, min(GREY, len(cases))).round().astype(int)
            made[label] = mean_square(framed(cases[at], bundle)[0] for at in places)
    return made


def drawn(made: Sequence[Mean], below: Mapping[str, Square], count: int, colour_map: str) -> str:
    """The mean maps as HTML, each over its own peak.

    Args:
        made: One a class.
        below: The mean slice of each class that was given.
        count: Of all slices, declined ones too.
        colour_map: A name in `core.explain.overlay.COLOUR_MAPS`.
    """
    figures = "".join(_figure(one, below, colour_map) for one in made)
    return (
        f'<div class="ex-means"><h3 class="ex-batch-heading">Mean heat for each class</h3>'
        f"<p>{_counts(made, count)} {_SAYS}</p>"
        f'<div class="row">{figures}</div>{_legend(made, colour_map)}</div>'
    )


def _counts(made: Sequence[Mean], count: int) -> str:
    given, flat = sum(one.count for one in made), sum(one.flat for one in made)
    said = f"{given:,} of {counted(count, 'slice')} were given a class"
    if not flat:
        return f"{said}."
    return f"{said}; {percent(flat / given)} of their maps are flat and left out."


def _figure(one: Mean, below: Mapping[str, Square], colour_map: str) -> str:
    name = f'<i style="background:{colour(one.label)}"></i><b>{markup(one.label)}</b>'
    if not one.count:
        return f'<figure><div class="none">No slice</div><figcaption>{name}</figcaption></figure>'
    peak = float(one.heat.max())
    said = counted(one.count, "slice") + (f", {one.flat:,} flat" if one.flat else "")
    if not peak:
        return f'<figure><div class="none">All flat</div><figcaption>{name} {said}</figcaption></figure>'
    heat = np.asarray(one.heat / np.float32(peak), np.float32)
    uri = pictures.slice_uri(overlay.blend(below[one.label], heat, OPACITY, colour_map))
    alt = f"Mean heat for {markup(one.label)} over its mean slice, {said}, peak {peak:.2f}"
    return (
        f'<figure><img src="{uri}" alt="{alt}"><figcaption>{name} {said}'
        f"<span>peak {peak:.2f}</span></figcaption></figure>"
    )


def _legend(made: Sequence[Mean], colour_map: str) -> str:
    if not any(one.heat.any() for one in made):
        return ""
    ramp = f'<span class="ramp"><span style="background:{pictures.gradient(colour_map)}"></span></span>'
    words = (
        "1: the hottest place of this class's mean, its own peak; a peak of 1.00 is every map's peak in "
        "one place"
    )
    return f'<div class="legend"><span>0</span>{ramp}<span>{words}</span></div>'
