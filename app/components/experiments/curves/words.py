"""What stands below the plots: what isn't drawn, and why."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.components.experiments.curves.figure import Drawn, Trace
from app.components.experiments.curves.settings import Wanted
from app.experiments.panels import Panel
from app.experiments.series import Scale
from app.words import counted
from core.literal import literal
from core.tracking.runs.values import Run, leaking

_NAMED: Final = 3


def axis(scale: Scale, runs: Sequence[Run]) -> str:
    """What the horizontal axis is called; an epoch is known of our own runs alone."""
    if scale.along == "Epoch" and all(one.job for one in runs):
        return "epoch"
    return "wall time" if scale.along == "Wall time" else "step"


def show(every: Sequence[tuple[Panel, Sequence[Trace]]], lines: Sequence[Drawn], wanted: Wanted) -> None:
    """Say it.

    Args:
        every: The plots with their lines.
        lines: The runs, and the parts that are drawn.
        wanted: What was asked for.
    """
    found = [one for _, several in every for one in several]
    said = [
        _thinned(found),
        _lost(found),
        _gaps(found),
        _of_folds(found),
        _without(found, lines),
        _epochs(wanted.scale, lines),
        _single(found),
        _leaking(found),
    ]
    for sentence in filter(None, said):
        st.caption(sentence)


def left_out(plots: Sequence[Panel]) -> None:
    """Say which plots were too many."""
    if plots:
        st.caption(f"{counted(len(plots), 'more plot')} would follow; choose fewer metrics to see them.")


def spoken(plot: Panel, found: Sequence[Trace], along: str) -> str:
    """A plot for those who hear the page."""
    names = list(dict.fromkeys(one.drawn.run.name[:60] for one in found if not one.drawn.part))
    return (
        f"{plot.title[:120]} by {along}: {counted(len(found), 'line')} of {', '.join(names[:20]) or 'no run'}"
    )


def _thinned(found: Sequence[Trace]) -> str:
    thin = [one.line for one in found if one.line.thinned]
    if not thin:
        return ""
    drawn, points = sum(len(one.x) for one in thin), sum(one.points for one in thin)
    return (
        f"{counted(len(thin), 'line is', 'lines are')} drawn thinned: {drawn:,} of {points:,} points, of "
        "each stretch the least and the largest, so that no peak is lost."
    )


def _lost(found: Sequence[Trace]) -> str:
    lost = sum(one.line.lost for one in found)
    if not lost:
        return ""
    return f"{counted(lost, 'point is', 'points are')} 0 or less: a logarithmic axis has no place for that."


def _gaps(found: Sequence[Trace]) -> str:
    gaps = sum(one.line.gaps for one in found)
    return f"{counted(gaps, 'value is', 'values are')} no finite number: a gap in the line." if gaps else ""


def _of_folds(found: Sequence[Trace]) -> str:
    """Runs of which a mean over folds is drawn."""
    several = {one.drawn.run.id: one.drawn.run for one in found if one.folds}
    if not several:
        return ""
    return (
        f"The curves of {_names(list(several.values()))} are in the folds: each is thin, the thick line is "
        "their mean at the steps that all of them have."
    )


def _without(found: Sequence[Trace], lines: Sequence[Drawn]) -> str:
    """Runs that have nothing in any plot, and those that have it in their parts alone."""
    own = {one.drawn.run.id for one in found}
    whole = {part.parent for part in (one.drawn.run for one in found if one.drawn.part)}
    bare = [one.run for one in lines if not one.part and one.run.id not in own]
    hollow = [one for one in bare if one.id in whole]
    empty = [one for one in bare if one.id not in whole]
    said = []
    if hollow:
        said.append(f"Of {_names(hollow)} the folds or trials are drawn, thin: the curves are in them.")
    if other := [one for one in empty if one.metrics]:
        said.append(f"Not logged by {_names(other)}: choose another metric to see them.")
    if silent := [one for one in empty if not one.metrics]:
        said.append(f"{_names(silent)}: no figure was logged{' yet' if any(r.live for r in silent) else ''}.")
    return " ".join(said)


def _epochs(scale: Scale, lines: Sequence[Drawn]) -> str:
    foreign = [one.run for one in lines if not one.run.job]
    if scale.along != "Epoch" or not foreign:
        return ""
    return (
        f"{_names(foreign)} {'was' if len(foreign) == 1 else 'were'} not trained here: "
        "what counts as an epoch isn't known, so steps are drawn."
    )


def _single(found: Sequence[Trace]) -> str:
    alone = dict.fromkeys(one.metric for one in found)
    several = {one.metric for one in found if one.line.points > 1}
    once = [literal(one[:60]) for one in alone if one not in several]
    if not once:
        return ""
    return f"Logged once a run, so a point each: {', '.join(once)}. Compare shows such figures side by side."


def _leaking(found: Sequence[Trace]) -> str:
    if not any(leaking(one.metric, one.drawn.run) for one in found):
        return ""
    return "What leaks was measured on patients that the model had seen: it flatters, and is never the best."


def _names(runs: Sequence[Run]) -> str:
    short = [one.name if len(one.name) <= 40 else f"{one.name[:39]}\u2026" for one in runs]
    names = [f"\u201c{literal(one)}\u201d" for one in short]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
