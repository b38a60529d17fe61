"""Which classes runs take for which, on one scale of shading, and how two differ in that."""

import math
from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.class_colours import colours
from app.components.experiments.compare.columns import short, tag
from app.experiments import comparing
from app.experiments.comparing import MINUS, NONE, Side
from core.comparison import confusion
from core.comparison.confusion import Change, Confusion
from core.literal import markup

_POINTS: Final = (
    "The difference is in points of a row's share: + where more slices go there. More is better on the "
    "diagonal (framed) and worse elsewhere."
)


def show(sides: Sequence[Side]) -> None:
    """Draw it; nothing where no run has such a table.

    Args:
        sides: The runs; the first is the one that the others are held against.
    """
    found = [(side, _table_of(side)) for side in sides]
    there = [(side, one) for side, one in found if one is not None]
    if not there:
        return
    st.html('<h3 class="xc-h">What they take for what</h3>')
    st.html(
        '<p class="xc-note">Truth down, answer across: slices, shaded by their share of the row, 0 to 100 % '
        "on one scale.</p>"
    )
    changes = _changes(there)
    tables = [_matrix(side, one) for side, one in there]
    # the difference of two stands beside them
    beside = changes if len(there) == comparing.LEAST else []
    st.html(f'<div class="xc-side">{"".join([*tables, *beside])}</div>')
    lacking = [side.letter for side, one in found if one is None]
    if lacking:
        st.caption(f"{' and '.join(lacking)}: no such table was logged.")
    if changes:
        below = f'<div class="xc-side">{"".join(changes)}</div>' if not beside else ""
        st.html(f'<p class="xc-note">{_POINTS}</p>{below}')


def _table_of(side: Side) -> Confusion | None:
    """Of patients it never saw; where it was only measured on a split that leaks, that, marked."""
    return confusion.confusion(side.details) or confusion.confusion(side.details, leaking=True)


def _changes(there: Sequence[tuple[Side, Confusion]]) -> list[str]:
    """How each differs from the first, as far as that can be drawn."""
    base, first = there[0]
    blocks = []
    for side, one in there[1:]:
        found = confusion.change(first, one)
        if found is None:
            st.caption(
                f"{side.letter} answers with other classes than {base.letter}: no difference can be drawn."
            )
        elif not (first.leaks or one.leaks):
            blocks.append(_difference(base, side, found))
    return blocks


def _matrix(side: Side, one: Confusion) -> str:
    leak = ' <em class="xc-leak">leaks</em>' if one.leaks else ""
    shares = one.shares
    rows = "".join(
        f"<tr>{_name(label, one.labels)}"
        + "".join(
            _count(float(one.counts[at, to]), float(shares[at, to]), at == to)
            for to in range(len(one.labels))
        )
        + "</tr>"
        for at, label in enumerate(one.labels)
    )
    return _frame(f"{tag(side)} {markup(short(side.run.name))}{leak}", one.labels, rows)


def _count(count: float, share: float, right: bool) -> str:
    told = f"{count:,.0f}" if float(count).is_integer() else f"{count:,.1f}"
    known = share if math.isfinite(share) else 0.0
    return (
        f'<td class="{"right" if right else "wrong"}" style="--share:{known:.0%}" '
        f'title="{known:.0%} of the class\'s slices">{told}</td>'
    )


def _difference(base: Side, side: Side, found: Change) -> str:
    rows = "".join(
        f"<tr>{_name(label, found.labels)}"
        + "".join(_moved(float(found.shares[at, to]), at == to) for to in range(len(found.labels)))
        + "</tr>"
        for at, label in enumerate(found.labels)
    )
    words = f"<p>{markup(found.words)}</p>" if found.words else ""
    return _frame(f"{tag(side)} less {tag(base)}", found.labels, rows, words)


def _moved(share: float, right: bool) -> str:
    if not math.isfinite(share):
        return f'<td class="{"own" if right else ""}">{NONE}</td>'
    points = round(100 * share)
    told = "0" if not points else f"{points:+d}".replace("-", MINUS)
    better = (points > 0) == right
    kind = "" if not points else "better" if better else "worse"
    said = "no change" if not points else "better" if better else "worse"
    return (
        f'<td class="{kind}{" own" if right else ""}" style="--share:{min(abs(share), 1):.0%}" '
        f'title="{told} points: {said}">{told}</td>'
    )


def _frame(title: str, labels: Sequence[str], rows: str, under: str = "") -> str:
    head = "".join(
        f'<th scope="col" title="{markup(label)}">{markup(short(label, 12))}</th>' for label in labels
    )
    return (
        f'<figure class="xc-matrix"><figcaption>{title}</figcaption><div class="xc-wide"><table>'
        f"<thead><tr><th></th>{head}</tr></thead>{rows}</table></div>{under}</figure>"
    )


def _name(label: str, labels: Sequence[str]) -> str:
    shade = colours(list(labels))[label]
    return (
        f'<th scope="row" title="{markup(label)}"><span class="cls"><i style="background:{shade}"></i>'
        f"<b>{markup(short(label, 16))}</b></span></th>"
    )
