"""Review: slices in, an answer and a heatmap for each."""

import streamlit as st

from app.components import (
    answer,
    correction,
    downloads,
    drop_zone,
    empty,
    facts,
    filters,
    heading,
    progress,
    refusals,
    stage,
    stepper,
    strip,
)
from app.session import Session, clear, session
from core.models.bundle import Card


def page(now: Session, card: Card | None) -> None:
    now.drawn = len(now.cases)
    if now.empty:
        if card:
            empty.show(now)
        return
    left, middle, right = st.columns([1.05, 2.7, 1.35], gap="medium")
    with left, st.container(key="left"):
        cases = filters.show(now.cases, card.labels if card else ())
        at = now.index(cases)
        if cases:
            strip.show(cases, at)
        refusals.show(now.refused)
        intake = st.container(key="intake")
        st.button("Clear all", key="clear", icon=":material/delete:", type="tertiary", on_click=clear,
                  help="Forget every slice and answer of this session")  # fmt: skip
    if cases:
        with middle, st.container(key="middle"):
            stepper.show(cases, at)
            stage.show(cases[at], [case.scan.digest for case in cases])
        with right, st.container(key="right"):
            answer.show(cases[at], card)
            correction.show(cases[at])
            downloads.show(cases[at], cases, now.refused, card)
            facts.show(cases[at])
    # last, so that a batch's turn of work holds nothing up
    with intake:
        progress.show() if now.intake else drop_zone.show(now)


page(session(), heading.show("Review"))
