"""How each patient block fared: the worst first, and which blocks one gets right and the other doesn't."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.class_colours import colours
from app.components.experiments.compare.columns import head, short, table, tag
from app.experiments.comparing import NONE, Side, signed
from core.comparison import groups
from core.comparison.groups import Line
from core.literal import markup

WORST, APART = "Worst first", "Furthest apart"
FIRST, SECOND, NEITHER = "only the first right", "only the second right", "neither right"
RIGHT: Final = 0.5
"""More than this share of its slices right counts as a block that is got right."""
_MOST: Final = 400
_PAIR: Final = 2


def show(sides: Sequence[Side]) -> None:
    """Draw it; nothing where no run has results by block.

    Args:
        sides: The runs; the first is the one that the others are held against.
    """
    lines = groups.lines([side.details for side in sides if side.judged])
    asked = [side for side in sides if side.judged]
    if not lines:
        return
    st.html('<h3 class="xc-h">Patient blocks</h3>')
    pair = len(asked) == _PAIR
    if pair:
        _counts(lines, asked)
    options = [WORST, APART, *([FIRST, SECOND, NEITHER] if pair else [])]
    chosen = st.selectbox("Show", options, key="m_blocks", bind="query-params", width=260,
                          format_func=lambda one: _said(one, asked))  # fmt: skip
    shown = _ordered(lines, chosen or WORST)
    if not shown:
        st.caption("No block is like that.")
        return
    labels = sorted({line.label for line in lines})
    st.html(
        table(
            _head(asked) + "".join(_row(line, labels) for line in shown[:_MOST]),
            "Patient blocks, side by side", tall=True,
        )
    )  # fmt: skip
    if len(shown) > _MOST:
        st.caption(f"The first {_MOST} of {len(shown):,}.")


def right(share: float | None) -> bool:
    """Whether so many of a block's slices were right that the block is."""
    return share is not None and share > RIGHT


def _ordered(lines: Sequence[Line], chosen: str) -> list[Line]:
    if chosen == APART:
        return list(lines)
    both = [line for line in lines if all(share is not None for share in line.shares)]
    if chosen == FIRST:
        return [line for line in both if right(line.shares[0]) and not right(line.shares[-1])]
    if chosen == SECOND:
        return [line for line in both if right(line.shares[-1]) and not right(line.shares[0])]
    worst = sorted(lines, key=lambda line: (_mean(line), line.group, line.label))
    if chosen == NEITHER:
        return [line for line in worst if line in both and not any(map(right, line.shares))]
    return worst


def _mean(line: Line) -> float:
    known = [share for share in line.shares if share is not None]
    return sum(known) / len(known) if known else 1.0


def _said(option: str, sides: Sequence[Side]) -> str:
    """What an option is called: with the runs' letters."""
    letters = [side.letter for side in sides]
    return {
        FIRST: f"{letters[0]} right, {letters[-1]} wrong",
        SECOND: f"{letters[-1]} right, {letters[0]} wrong",
        NEITHER: "neither right",
    }.get(option, option)


def _counts(lines: Sequence[Line], sides: Sequence[Side]) -> None:
    """Say how many blocks each of two gets right."""
    both = [line for line in lines if all(share is not None for share in line.shares)]
    if not both:
        st.caption("They were asked about no patient block in common.")
        return
    told = [(right(line.shares[0]), right(line.shares[1])) for line in both]
    first, second = (tag(side) for side in sides)
    st.html(
        f'<p class="xc-note">Of {len(both):,} patient blocks that both were asked about, each class in one '
        f"by itself, {told.count((True, True)):,} are right with both, {told.count((True, False)):,} only "
        f"with {first}, {told.count((False, True)):,} only with {second}, {told.count((False, False)):,} "
        "with neither. Right: more than half of its slices.</p>"
    )


def _head(sides: Sequence[Side]) -> str:
    inner = head(sides, "Block")
    extra = f'<th scope="col">{sides[-1].letter} less {sides[0].letter}, points</th>'
    ended = inner.replace("</tr>", f"{extra if len(sides) == _PAIR else ''}</tr>")
    return ended.replace("</th>", '</th><th scope="col" class="xc-text">Class</th>', 1)


def _row(line: Line, labels: Sequence[str]) -> str:
    shade = colours(list(labels))[line.label]
    cells = "".join(
        _cell(share, good, count)
        for share, good, count in zip(line.shares, line.right, line.slices, strict=True)
    )
    delta = ""
    if len(line.shares) == _PAIR:
        delta = f"<td>{NONE if line.delta is None else signed(100 * line.delta, 0)}</td>"
    return (
        f'<tr><th scope="row" title="{markup(line.group)}">{markup(short(line.group))}</th>'
        f'<td class="xc-text"><span class="cls"><i style="background:{shade}"></i>{markup(short(line.label))}'
        f"</span></td>{cells}{delta}</tr>"
    )


def _cell(share: float | None, good: float | None, count: float | None) -> str:
    if share is None or good is None or count is None:
        return f'<td title="it was not asked about them">{NONE}</td>'
    mark = "\u2713" if right(share) else "\u2715"
    return f'<td><span class="xc-mark" aria-hidden="true">{mark}</span>{_count(good)} of {_count(count)}</td>'


def _count(value: float) -> str:
    """Slices; with a fraction where several dealings of the folds were averaged."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
