"""Mean heat for each class, small and side by side in the model's own square."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import streamlit as st

from app import pictures
from app.explain.batch_checks import Pair
from app.session import session
from app.words import counted
from core.explain.batch import Mean, means
from core.inference.words import colour, percent
from core.literal import markup
from core.models.bundle import Bundle

_SAYS: Final = (
    "The closed-form maps of the class that each slice was given, each over its own peak, laid over one "
    "another in the square that the model sees. It shows what the model used, not where disease is: heat in "
    "the same corner on every slice is a reason to look at what lies there."
)
WHOLE: Final = 0.995
"""From here on a mean is written as 1."""


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
        kept = st.session_state["ex-batch-means"] = (name, drawn(made, count, session().view.colour_map))
    st.html(kept[1])


def drawn(made: Sequence[Mean], count: int, colour_map: str) -> str:
    """The mean maps as HTML, all in one scale.

    Args:
        made: One a class.
        count: Of all slices, declined ones too.
        colour_map: A name in `core.explain.overlay.COLOUR_MAPS`.
    """
    top = max((float(one.heat.max()) for one in made), default=0.0)
    figures = "".join(_figure(one, top, colour_map) for one in made)
    return (
        f'<div class="ex-means"><h3 class="ex-batch-heading">Mean heat for each class</h3>'
        f"<p>{_counts(made, count)} {_SAYS}</p>"
        f'<div class="row">{figures}</div>{_legend(top, colour_map)}</div>'
    )


def _counts(made: Sequence[Mean], count: int) -> str:
    given, flat = sum(one.count for one in made), sum(one.flat for one in made)
    said = f"{given:,} of {counted(count, 'slice')} were given a class; "
    return f"{said}{percent(flat / max(given, 1))} of their maps are flat{' and left out' if flat else ''}."


def _figure(one: Mean, top: float, colour_map: str) -> str:
    name = f'<i style="background:{colour(one.label)}"></i><b>{markup(one.label)}</b>'
    if not one.count:
        return f'<figure><div class="none">No slice</div><figcaption>{name} n = 0</figcaption></figure>'
    flat = f", {one.flat:,} flat" if one.flat else ""
    heat = pictures.layer_uri(np.asarray(one.heat / np.float32(top or 1), np.float32), colour_map)
    picture = f'<img src="{heat}" alt="Mean heat for {markup(one.label)}, {counted(one.count, "slice")}">'
    drawn = picture if one.heat.any() else '<div class="none">All flat</div>'
    return f"<figure>{drawn}<figcaption>{name} n = {one.count:,}{flat}</figcaption></figure>"


def _legend(top: float, colour_map: str) -> str:
    if not top:
        return ""
    ramp = f'<span class="ramp"><span style="background:{pictures.gradient(colour_map)}"></span></span>'
    words = "1: every map's peak in this place"
    if top < WHOLE:
        words = f"{top:.2f}: the largest mean of all classes; 1 would be every map's peak in one place"
    return f'<div class="legend"><span>0</span>{ramp}<span>{words}</span></div>'
