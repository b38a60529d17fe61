"""The slices on which two models disagree, with both heatmaps."""

from collections.abc import Sequence

import streamlit as st

from app.components.experiments.compare import columns
from app.components.experiments.compare.columns import tag
from app.components.experiments.disagreements import one, slices, table
from app.experiments import comparing
from app.experiments.comparing import Side
from app.messages import guarded
from core.comparison.disagreement import Disagreements, of_folds
from core.inference.words import percent
from core.literal import literal
from core.tracking.runs.values import Run


def show(runs: Sequence[Run]) -> None:
    """Draw it for the chosen runs."""
    if len(runs) < comparing.LEAST:
        lack = "one more run" if runs else "two runs"
        st.caption(f"Choose {lack} in the table above to see where their models disagree.")
        return
    with st.container(key="xc-disagreements"):
        first, second = _pair(comparing.sides(runs))
        if first is second:
            st.caption("A run never disagrees with itself. Choose another one beside it.")
            return
        columns.cards([first, second])
        _draw(first, second)


def _pair(sides: Sequence[Side]) -> tuple[Side, Side]:
    """The two runs; where more are chosen, those that a person picks of them."""
    if len(sides) == comparing.LEAST:
        return sides[0], sides[1]
    letters = [side.letter for side in sides]
    by_letter = {side.letter: side for side in sides}
    with st.container(horizontal=True, gap="medium"):
        picked = [
            st.segmented_control(what, letters, default=usual, required=True, key=key, bind="query-params")
            for what, usual, key in (("First", letters[0], "d_first"), ("Second", letters[1], "d_second"))
        ]
    return by_letter.get(picked[0] or "", sides[0]), by_letter.get(picked[1] or "", sides[1])


def _draw(first: Side, second: Side) -> None:
    for side in (first, second):
        if not side.answered:
            _unanswered(side)
    if not (first.answered and second.answered):
        return
    found = comparing.disagreements(first, second)
    if found.words:
        st.caption(f"{literal(found.words)} Choose runs of one data set in the table above.")
        return
    st.html(f'<p class="xc-lead">{_summary(first, second, found)}</p>')
    if not found.rows:
        return
    if found.caution:
        st.html(f'<p class="xc-warn">{_caution(first, second)}</p>')
    left, right = st.columns([1.5, 1], gap="large")
    with left, guarded():
        shown = table.show(found, first, second)
        chosen = slices.show(found, shown, first, second)
    with right, st.container(key="d-one"), guarded():
        one.show(chosen, found, first, second)


def _summary(first: Side, second: Side, found: Disagreements) -> str:
    differ = len(found.rows)
    if not differ:
        return f"All {found.slices:,} slices that both answered have the same answer from both."
    neither = differ - found.first_right - found.second_right
    return (
        f"They answer <b>{differ:,} of {found.slices:,}</b> slices differently "
        f"({percent(differ / found.slices)}), all of patients that neither had seen: {tag(first)} is right "
        f"on {found.first_right:,} of them, {tag(second)} on {found.second_right:,}, neither on {neither:,}."
    )


def _caution(*sides: Side) -> str:
    """Say that folds' models gave the answers, and another one its heatmap."""
    return of_folds(" and ".join(tag(side) for side in sides if side.details.folded))


def _unanswered(side: Side) -> None:
    """Say why there is nothing slice by slice of a run, and what to do."""
    if side.run.live:
        said = "is still being trained. Its answers are logged when it ends."
    elif side.details.split() or side.run.job:
        said = (
            "logged no answers slice by slice: it was made before answers were kept, or did not get as far. "
            "Train it again with the same parameters (One run, Same as this) to compare it here."
        )
    else:
        said = (
            "was made by another program, which logged no answers slice by slice. Its metrics and parameters "
            "are under Compare."
        )
    st.html(f'<p class="xc-warn">{tag(side)} {said}</p>')
