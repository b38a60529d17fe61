"""Nearest slices: the training slices that the model's own features liken this one to, and their vote."""

import streamlit as st

from app.components.explain import nearest_grid, nearest_words
from app.explain import nearest
from app.explain.asked import Asked
from app.explain.nearest import Acquaintance


def show(asked: Asked) -> None:
    """Draw the slice beside its neighbours, and say what they vote for and how far to trust that.

    Args:
        asked: The slice and the model.

    Raises:
        BundleError: The bundle's list of its training slices is damaged, or its model can't be asked.
    """
    kept = nearest.kept(asked.bundle)
    if kept is None:
        st.info(nearest_words.NO_LIST, icon=":material/info:")
        return
    known = nearest.acquaintance(asked.case, asked.bundle, kept.known)
    with st.container(key="ex-near"):
        left_out = _left_out(known)
        opinion = nearest.opinion(asked.case, asked.bundle, kept.known, left_out)
        card = asked.bundle.card
        st.html(nearest_words.markup(asked.case.prediction, opinion, card, known, bool(left_out)))
        if opinion.near:
            portraits = nearest.portraits(opinion.near)
            st.html(nearest_grid.markup(asked.case, opinion, portraits))
            nearest_words.notes(opinion, card, kept.reliability, bool(portraits))


def _left_out(known: Acquaintance) -> frozenset[str]:
    """The slice's own patient block, unless a person wants it in; asked only where it is known."""
    if not known.blocks:
        return frozenset()
    wanted = st.toggle("Leave out slices of its own patient block", value=True, key="e_other_blocks",
                       bind="query-params")  # fmt: skip
    return known.blocks if wanted else frozenset()
