"""How two models' answers differ, by class: what it is, what the first says, what the second says."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.class_colours import colours
from app.components.experiments.compare.columns import short, table, tag
from app.experiments.comparing import Side
from core.comparison.disagreement import Disagreement, Disagreements
from core.literal import markup

ALL: Final = "All of them"
Kind = tuple[str, str, str]


def show(found: Disagreements, first: Side, second: Side) -> Sequence[Disagreement]:
    """Draw the counts and what chooses among them.

    Args:
        found: All disagreements.
        first: One run.
        second: The other.

    Returns:
        Those that a person wants to see, the most sure first.
    """
    counts = Counter(_kind(row) for row in found.rows).most_common()
    letters = (first.letter, second.letter)
    rows = "".join(_row(kind, count, found.labels, letters) for kind, count in counts)
    names = ("Truth", f"{tag(first)} says", f"{tag(second)} says", "Slices", "Right")
    cells = "".join(f'<th scope="col">{name}</th>' for name in names)
    head = f"<thead><tr>{cells}</tr></thead>"
    st.html(table(head + rows, "Disagreements by class", tall=True).replace("xc-tall", "xc-low"))
    kinds = {_words(kind, first, second): kind for kind, _ in counts}
    chosen = st.selectbox("Show", [ALL, *kinds], key="d_kind", bind="query-params")
    kind = kinds.get(chosen or ALL)
    return [row for row in found.rows if kind is None or _kind(row) == kind]


def _kind(row: Disagreement) -> Kind:
    return row.truth, row.first, row.second


def _words(kind: Kind, first: Side, second: Side) -> str:
    truth, one, other = (short(label, 24) for label in kind)
    return f"{truth}: {first.letter} says {one}, {second.letter} says {other}"


def _row(kind: Kind, count: int, labels: Sequence[str], letters: tuple[str, str]) -> str:
    cells = "".join(f'<td class="xc-text">{named(label, labels)}</td>' for label in kind)
    truth, one, other = kind
    right = letters[0] if one == truth else letters[1] if other == truth else "neither"
    return f"<tr>{cells}<td>{count:,}</td><td>{right}</td></tr>"


def named(label: str, labels: Sequence[str]) -> str:
    """A class with its colour, as markup.

    Args:
        label: The class.
        labels: Every class of the set, in the model's order.
    """
    shade = colours(list(labels)).get(label, "#7b8790")
    return f'<span class="cls"><i style="background:{shade}"></i><b>{markup(short(label, 24))}</b></span>'
