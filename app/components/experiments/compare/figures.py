"""What runs measured, the honest figures first, and whether a difference is more than chance."""

import math
from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.components.experiments.compare.columns import head, table, tag
from app.experiments import comparing
from app.experiments.comparing import NONE, Side, plain, signed
from core.comparison import figures
from core.comparison.figures import Line, Measured, Verdict
from core.literal import markup
from core.tracking.runs.values import flattering, leaking, less_is_better

HEADLINE: Final = "macro_f1"
_COUNTS: Final = ("slices", "groups")
_MOST_METRICS: Final = 400
_UNTOLD: Final = "Whether the difference is chance can't be told: "
_LABELS: Final = {"groups": "Patient blocks"}
_WHOLE: Final = (*figures.NAMES, *_COUNTS)


def show(sides: Sequence[Side]) -> None:
    """Draw it.

    Args:
        sides: The runs; the first is the one that the others are held against.
    """
    lines = figures.lines([one.details for one in sides])
    whole = [line for line in lines if line.name in _WHOLE]
    st.html('<h3 class="xc-h">On patients they never saw</h3>')
    if whole:
        # one answer comes first, several come behind the figures that they are about
        place = st.container() if len(sides) == comparing.LEAST else None
        st.html(table(head(sides) + "".join(_row(line, sides) for line in whole), "Figures side by side"))
        with place or st.container():
            _verdicts(sides)
    else:
        st.caption("None of them was measured on whole patient blocks, so there is no figure to judge by.")
    by_class = [line for line in lines if line.name not in _WHOLE]
    if by_class:
        with st.expander("By class", key="m-by-class", icon=":material/category:"):
            rows = "".join(_row(line, sides, tested=False) for line in by_class)
            st.html(table(head(sides) + rows, "Figures by class, side by side", tall=True))
    _leaking(sides)
    _others(sides)


def _verdicts(sides: Sequence[Side]) -> None:
    """Say of each other run whether its headline differs by more than chance."""
    base = sides[0]
    said = [(side, comparing.verdict(base, side, HEADLINE)) for side in sides[1:]]
    items = "".join(
        f'<li class="{_kind(found)}">{tag(side)} against {tag(base)}: {_sentence(found, side, base)}</li>'
        for side, found in said
    )
    st.html(f'<ul class="xc-verdicts">{items}</ul>')


def _sentence(found: Verdict, side: Side, base: Side) -> str:
    if found.word == "can't be told":
        return f"whether the difference is chance can't be told. {markup(_why(found, side, base))}"
    interval = f"({signed(found.low)} to {signed(found.high)})"
    ground = (
        f"measured on {found.slices:,} slices of {found.groups:,} patient blocks that both answered, blocks "
        "drawn anew for both at once"
    )
    told = "larger than chance" if found.word == "larger than chance" else "within chance"
    return f"macro F1 <b>{signed(found.value)}</b> {interval}: <b>{told}</b>, {ground}."


def _why(found: Verdict, side: Side, base: Side) -> str:
    """Why it can't be told, and what to do about it where something can be done."""
    unjudged = [one.letter for one in (base, side) if not one.judged]
    if unjudged:
        return f"{' and '.join(unjudged)} was not measured on patients that it never saw."
    lacking = [one.letter for one in (base, side) if not one.answered]
    if not lacking:
        return found.sentence.removeprefix(_UNTOLD)
    names = " and ".join(lacking)
    same = side.run.dataset == base.run.dataset
    remedy = f" Train {names} again to log them; until then the intervals in the table are all there is."
    return f"{names} logged no answers slice by slice.{remedy if same else ''}"


def _kind(found: Verdict) -> str:
    return {"larger than chance": "sure", "within chance": "chance"}.get(found.word, "untold")


def _row(line: Line, sides: Sequence[Side], *, tested: bool = True) -> str:
    big = ' class="xc-headline"' if line.name == HEADLINE and not line.leaks else ""
    cells = "".join(
        _cell(line, at, sides, tested=tested and line.name in figures.TESTED) for at in range(len(sides))
    )
    less = ' <span class="xc-dim">less is better</span>' if line.less else ""
    label = _LABELS.get(line.name, line.label)
    return f'<tr{big}><th scope="row">{markup(label)}{less}</th>{cells}</tr>'


def _cell(line: Line, at: int, sides: Sequence[Side], *, tested: bool) -> str:
    value, delta = line.values[at], line.deltas[at]
    marked = _flattering(sides[at]) if line.name == HEADLINE and not line.leaks else ""
    if value is None:
        return f"<td>{NONE}{marked}</td>"
    if line.name in _COUNTS:
        return f"<td>{plain(value.value, 0)}</td>"
    best = ' class="xc-best" title="best of these"' if line.best == at else ""
    parts = [f"<span{best}>{plain(value.value)}</span>{_interval(value)}"]
    if delta is not None:
        parts.append(f'<span class="xc-delta">{signed(delta)}{_chance(line, at, sides, tested)}</span>')
    return f"<td>{''.join(parts)}{marked}</td>"


def _flattering(side: Side) -> str:
    """The same figure of a split that leaks, small and marked."""
    value = flattering(side.run)
    if value is None:
        return ""
    return f'<span class="xc-delta">random split {plain(value)} <em class="xc-leak">leaks</em></span>'


def _interval(value: Measured) -> str:
    if not (math.isfinite(value.low) and math.isfinite(value.high)):
        return ""
    return f' <span class="xc-dim">{plain(value.low)} to {plain(value.high)}</span>'


def _chance(line: Line, at: int, sides: Sequence[Side], tested: bool) -> str:
    """Whether a delta is more than chance, as a word with the interval on hover."""
    if not tested or line.leaks:
        return ""
    found = comparing.verdict(sides[0], sides[at], line.name)
    if found.word == "can't be told":
        return ""
    return f' <em title="{markup(found.sentence)}">{markup(found.word)}</em>'


def _leaking(sides: Sequence[Side]) -> None:
    """Figures of a split that leaks, marked, closed until they are asked for."""
    if not any(side.flatters for side in sides):
        return
    lines = figures.lines([side.details for side in sides], leaking=True)
    if not lines:
        return
    with st.expander("Random split, leaking", key="m-leaking", icon=":material/warning:"):
        st.caption(
            "Slices of one patient are on both sides of this split: it measures memory. No run is better "
            "for a figure here, and none is marked as best."
        )
        st.html(
            table(
                head(sides) + "".join(_row(line, sides) for line in lines),
                "Figures that leak, side by side",
                tall=True,
            )
        )


def _others(sides: Sequence[Side]) -> None:
    """All other metrics that the runs logged, whoever made them."""
    names = sorted({name for side in sides for name in side.run.metrics if not _told(name, side)})
    if not names:
        return
    foreign = any(not side.run.job for side in sides)
    with st.expander(f"All other metrics ({len(names):,})", key="m-others", expanded=foreign,
                     icon=":material/list:"):  # fmt: skip
        rows = "".join(_metric(name, sides) for name in names[:_MOST_METRICS])
        st.html(table(head(sides) + rows, "All other metrics, side by side", tall=True))
        if len(names) > _MOST_METRICS:
            st.caption(f"The first {_MOST_METRICS} by name; the export has all of them.")


def _told(name: str, side: Side) -> bool:
    """Whether a metric is in the tables above already."""
    before = next((one for one in ("test_", "random_") if name.startswith(one)), "")
    if not before or not (side.judged or side.flatters):
        return False
    figure = name.removeprefix(before)
    for end in ("_low", "_high"):
        figure = figure.removesuffix(end)
    return figure in _WHOLE or (figure != "ece_before" and bool(side.details.metrics))


def _metric(name: str, sides: Sequence[Side]) -> str:
    values = [side.run.metrics.get(name, math.nan) for side in sides]
    base = values[0]
    cells = []
    for at, value in enumerate(values):
        delta = f'<span class="xc-delta">{_close(value - base, sign=True)}</span>'
        both = at and math.isfinite(value) and math.isfinite(base)
        leak = ' <em class="xc-leak">leaks</em>' if leaking(name, sides[at].run) else ""
        cells.append(f"<td>{_close(value)}{leak if math.isfinite(value) else ''}{delta if both else ''}</td>")
    less = ' <span class="xc-dim">less is better</span>' if less_is_better(name) else ""
    shown = name if len(name) <= 60 else f"{name[:59]}\u2026"
    return f'<tr><th scope="row" title="{markup(name)}">{markup(shown)}{less}</th>{"".join(cells)}</tr>'


def _close(value: float, *, sign: bool = False) -> str:
    """Any number, to four figures."""
    if not math.isfinite(value):
        return NONE
    return (f"{value:+.4g}" if sign else f"{value:.4g}").replace("-", "\u2212")
