"""How the chosen set is split, in one quiet line: its manifest decides that, not the form."""

import streamlit as st

from app import dataset, training_form
from app.components.dataset.look import part_name
from app.components.training import to_data
from app.dataset import Shown
from app.words import counted
from core.config.params import Params
from core.data import manifest
from core.data.split import leaks
from core.errors import DataError
from core.training.timing import duration
from core.training.timing.duration import Slices


def show(name: str) -> None:
    """Draw it; a set that isn't split gets a button to where that is done."""
    shown = dataset.shown(name)
    if not shown.rows:
        st.caption("This set isn't split into parts yet, so nothing can be tested. The Data page does that.")
        to_data.button("Split it on the Data page")
        return
    labels = counted(len(manifest.classes(shown.rows)), "class", "classes")
    said = f"{counted(len(shown.rows), 'slice')}, {labels}, {_parts(shown)}."
    some = slices(shown, training_form.whatever(training_form.values()))
    st.caption(
        f"{said} {_use(some) if some else ''}",
        help="How a set is split is settled on the Data page, once for all runs: they can then be compared.",
    )


def slices(shown: Shown, params: Params) -> Slices | None:
    """How many slices a recipe works on; None where the set can't be dealt as it asks."""
    recipe = params.model_dump_json(include={"split", "training"})
    return _slices(str(shown.folder), shown.stamp, recipe, shown, params)


@st.cache_data(max_entries=64, show_spinner=False)
def _slices(
    folder: str, stamp: tuple[int, ...], recipe: str, _shown: Shown, _params: Params  # noqa: ARG001
) -> Slices | None:  # fmt: skip
    try:
        return duration.count(_shown.rows, _params)
    except DataError:
        return None


def _parts(shown: Shown) -> str:
    found = sorted({row.split for row in shown.rows})
    if leaks(shown.rows):
        return "dealt at random, which leaks: runs deal it anew by patient block"
    if found[0].isdecimal():
        return f"{len(found)} folds of whole patient blocks"
    return f"{', '.join(map(part_name, found))} of whole patient blocks"


def _use(some: Slices) -> str:
    if not some.validated:
        return f"A run uses {some.used:,} of them, each tested in turn."
    # slices of later sources whose block validates or tests take no part
    used = f"A run uses {some.learnt + some.validated + some.tested:,} of them"
    learnt = f"learns from {some.learnt:,}, validates on {some.validated:,} and tests on {some.tested:,}"
    return f"{used}: it {learnt}."
