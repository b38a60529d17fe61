"""The most and the least trustworthy maps of many slices; each leads to its slice."""

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from app import pictures
from app.session import session
from app.words import counted
from core.explain.batch import LEVELS, ranked
from core.explain.faithfulness.values import Trust
from core.explain.faithfulness.words import headline, share_beaten
from core.imaging.window import render
from core.inference.batch import Case
from core.inference.words import colour, percent
from core.literal import literal, markup

MOST: Final = 5
"""At either end of the list."""
NAME: Final = 48
"""Characters of a slice's name on its button."""


def show(cases: Sequence[Case], trusts: Mapping[str, Trust], flat: int) -> None:
    """Draw what is known so far.

    Args:
        cases: Slices with a map that points somewhere.
        trusts: Of some of them or all, by the slice's digest; others' are passed over.
        flat: How many slices have a map that points nowhere.
    """
    by_digest = {case.scan.digest: case for case in cases}
    known = {digest: one for digest, one in trusts.items() if digest in by_digest}
    if not known:
        return
    order = ranked(known)
    st.html(_levels(known, flat))
    half = min(MOST, (len(order) + 1) // 2)
    ends = (("Most trustworthy", order[:half]), ("Least trustworthy", order[half:][::-1][:MOST]))
    with st.container(key="ex-batch-ends", horizontal=True, gap="medium"):
        for title, digests in ends:
            if digests:
                _end(title, [(by_digest[digest], known[digest]) for digest in digests])


def _end(title: str, rows: Sequence[tuple[Case, Trust]]) -> None:
    with st.container(key=f"ex-batch-{title.split()[0].lower()}"):
        st.html(f"<h4>{title}</h4>")
        for case, trust in rows:
            _row(case, trust)


def _row(case: Case, trust: Trust) -> None:
    digest = case.scan.digest
    with st.container(
        key=f"ex-batch-row-{digest}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        st.html(f'<img src="{_small(case)}" alt="">', width="content")
        with st.container(gap=None):
            st.button(_named(case.scan.name), key=f"ex-batch-to-{digest}", type="tertiary", on_click=_choose,
                      args=(digest,), help="Look at this slice's maps")  # fmt: skip
            st.html(_words(case, trust))


def _words(case: Case, trust: Trust) -> str:
    label, probability = case.prediction.top
    dot = f'<i style="background:{colour(label)}"></i>'
    beats = f"beats {percent(share_beaten(trust.curves))} of random maps" if trust.level != "flat" else ""
    steady = f"stability {min(trust.stability.values()):.2f}" if trust.stability else ""
    said = ", ".join(one for one in (headline(trust.level).lower(), beats, steady) if one)
    return f"<p>{dot}{markup(label)} {percent(probability)} \N{MIDDLE DOT} {said}</p>"


def _levels(known: Mapping[str, Trust], flat: int) -> str:
    counts = {level: sum(one.level == level for one in known.values()) for level in LEVELS}
    counts["flat"] += flat
    said = ", ".join(f"<b>{counts[one]:,}</b> {headline(one).lower()}" for one in LEVELS if counts[one])
    rule = (
        "In the order of that verdict, from each map's own numbers, then of how many random maps as smooth "
        "as it is the map beats, then of its least stability."
    )
    return f'<p class="ex-batch-levels">{counted(len(known), "map")} checked: {said}. {rule}</p>'


def _named(name: str) -> str:
    short = name if len(name) <= NAME else f"{name[: NAME - 1]}\N{HORIZONTAL ELLIPSIS}"
    return literal(short).strip() or "slice"


def _small(case: Case) -> str:
    kept = session().thumbnails
    if case.scan.digest not in kept:
        kept[case.scan.digest] = pictures.thumbnail_uri(render(case.scan))
    return kept[case.scan.digest]


def _choose(digest: str) -> None:
    session().chosen = digest
