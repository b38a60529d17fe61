"""What runs were asked for, made of and run on: only what differs, unless all is asked for."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.components.experiments.compare.columns import head, short, table
from app.experiments import comparing
from app.experiments.comparing import NONE, Side
from app.words import counted
from core.comparison import differences
from core.comparison.differences import Row
from core.literal import markup

_LONGEST: Final = 48
_MOST: Final = 500


def show(sides: Sequence[Side]) -> None:
    """Draw it.

    Args:
        sides: The runs; the first is the one that the others are held against.
    """
    st.html('<h3 class="xc-h">Parameters and environment</h3>')
    silent = [side for side in sides if not side.run.parameters]
    if silent and len(sides) - len(silent) >= comparing.LEAST:
        st.caption(f"{' and '.join(side.letter for side in silent)} logged no parameters.")
        sides = [side for side in sides if side.run.parameters]
    every = differences.rows([side.details for side in sides], everything=True)
    if not every:
        st.caption("None of them logged a parameter.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        everything = st.toggle("Also what is the same", key="m_all", bind="query-params")
        other = [row for row in every if not row.same]
        st.caption(f"{len(other):,} of {counted(len(every), 'thing')} differ.")
    rows = every if everything else other
    if not rows:
        st.caption("They were asked for the same, made of the same and run on the same.")
        return
    st.html(table(head(sides) + _body(rows[:_MOST], len(sides)), "Parameters side by side", tall=True))
    if len(rows) > _MOST:
        st.caption(f"The first {_MOST}; the export has all of them.")


def _body(rows: Sequence[Row], runs: int) -> str:
    parts = []
    for section, several in differences.sections(rows).items():
        parts.append(
            f'<tr class="xc-section"><th colspan="{runs + 1}" scope="colgroup">{markup(section)}</th></tr>'
        )
        parts += [_row(one) for one in several]
    return "".join(parts)


def _row(row: Row) -> str:
    hover = ". ".join(part for part in (row.name, row.meaning, f"In {row.unit}" if row.unit else "") if part)
    unit = f' <span class="xc-dim">{markup(row.unit)}</span>' if row.unit else ""
    kind = "" if row.same else ' class="xc-differs"'
    return (
        f'<tr{kind}><th scope="row" title="{markup(hover)}">{markup(short(row.label, _LONGEST))}{unit}</th>'
        f"{''.join(_cell(value) for value in row.values)}</tr>"
    )


def _cell(value: str | None) -> str:
    if value is None:
        return f'<td class="xc-text">{NONE}</td>'
    title = f' title="{markup(value)}"' if len(value) > _LONGEST else ""
    return f'<td class="xc-text"{title}>{markup(short(value, _LONGEST)) or "&quot;&quot;"}</td>'
