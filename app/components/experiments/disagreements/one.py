"""One slice that two models answer differently: what each says, where each looks, and the way to Review."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import streamlit as st

from app import pictures
from app.components.experiments.compare.columns import short, tag
from app.components.experiments.disagreements import review
from app.components.experiments.disagreements.table import named
from app.experiments import comparing
from app.experiments.comparing import Side
from core.comparison import heatmaps
from core.comparison.disagreement import Disagreement, Disagreements
from core.comparison.heatmaps import Both, Look
from core.config.settings import settings
from core.errors import InputError
from core.explain import overlay
from core.explain.cam import heatmap
from core.imaging.window import render
from core.inference.words import percent
from core.literal import literal, markup

OWN: Final = "Each one's own answer"
_LONGEST: Final = 300


def show(row: Disagreement | None, found: Disagreements, first: Side, second: Side) -> None:
    """Draw it.

    Args:
        row: The chosen slice; None where there is none.
        found: All disagreements.
        first: One run.
        second: The other.
    """
    if row is None:
        return
    st.html(
        f'<div class="xc-truth">Truth {named(row.truth, found.labels)}<span>patient block '
        f"{markup(row.group[:60])}</span></div>"
    )
    _answers(row, found.labels, first, second)
    path = comparing.files(first, second).get(row.slice)
    if path is None:
        _no_picture(first, second)
        return
    try:
        both = heatmaps.both(row.slice, first.details, second.details, settings())
    except InputError as error:
        st.caption(literal(error.sentence))
        return
    _pictures(both, found.labels, first, second)
    _review(both, path, first, second)


def _answers(row: Disagreement, labels: Sequence[str], first: Side, second: Side) -> None:
    """All probabilities of both, held-out."""
    head = "".join(f'<th scope="col">{tag(side)}</th>' for side in (first, second))
    lines = "".join(
        f'<tr><th scope="row">{named(label, labels)}</th>'
        f"{_chance(row.first_probabilities[at], label == row.first)}"
        f"{_chance(row.second_probabilities[at], label == row.second)}</tr>"
        for at, label in enumerate(labels)
    )
    head = f'<thead><tr><th scope="col">Model probability</th>{head}</tr></thead>'
    st.html(f'<table class="xc-table xc-chances">{head}{lines}</table>')


def _chance(value: float, given: bool) -> str:
    shown = percent(value)
    return f"<td>{f'<b>{shown}</b>' if given else shown}</td>"


def _no_picture(first: Side, second: Side) -> None:
    names = " or ".join(dict.fromkeys(literal(side.run.dataset[:60]) for side in (first, second)))
    st.caption(
        f"The slice itself is not on this machine: the data set {names} is not here, or was changed since. "
        "Ingest the same data under Data to see the slice and where both models look."
    )


def _pictures(both: Both, labels: Sequence[str], first: Side, second: Side) -> None:
    known = [label for label in labels if all(label in one.prediction.labels for one in _there(both))]
    chosen = st.selectbox("Heatmaps for", [OWN, *known], key="d_map", bind="query-params") or OWN
    blocks = [_picture(both, one, side, chosen) for one, side in ((both.first, first), (both.second, second))]
    st.html(f'<div class="xc-pair">{"".join(blocks)}</div>')
    ramp = f'<i style="background:{pictures.gradient(overlay.DEFAULT)}"></i>'
    st.html(
        f'<div class="xc-legend"><span>0 none</span>{ramp}'
        "<span>1 strongest for that class, in this slice and model</span></div>"
    )
    away = [side for one, side in ((both.first, first), (both.second, second)) if one is None]
    for side, trouble in zip(away, both.troubles, strict=False):
        said = short(trouble.removeprefix(f"{side.run.name}: "), _LONGEST)
        st.caption(f"{side.letter}: {literal(said)}")
    for one, side in ((both.first, first), (both.second, second)):
        if one and one.caution:
            st.caption(f"{side.letter}: {literal(one.caution)}")


def _there(both: Both) -> list[Look]:
    return [one for one in (both.first, both.second) if one]


def _picture(both: Both, one: Look | None, side: Side, chosen: str) -> str:
    """The slice with one model's heatmap on it; alone where the model can't be asked."""
    grey = render(both.scan)
    if one is None:
        return _figure(
            pictures.slice_uri(grey), f"{tag(side)} can't be asked", f"The slice, without {side.letter}"
        )
    label = one.label if chosen == OWN else chosen
    heat = one.heatmap if label == one.label else heatmap(one.prediction, label)
    uri = pictures.slice_uri(overlay.blend(grey, heat.values))
    value = one.prediction.probabilities[one.prediction.labels.index(label)]
    said = f"{tag(side)} {markup(label)} {percent(value)}"
    if heat.flat:
        said += "; nothing speaks for it"
    if one.prediction.declined:
        said += "; declined"
    return _figure(uri, said, f"Where {side.letter} looks for {label}")


def _figure(uri: str, caption: str, alt: str) -> str:
    return f'<figure><img src="{uri}" alt="{markup(alt)}"><figcaption>{caption}</figcaption></figure>'


def _review(both: Both, path: Path, first: Side, second: Side) -> None:
    with st.container(horizontal=True, gap="small", key="d-review"):
        for side, one in ((first, both.first), (second, both.second)):
            if one:
                review.button(side, path, one.bundle)
