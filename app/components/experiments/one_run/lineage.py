"""Where a run comes from and what came of it: whole and parts, base, data, code, registered versions."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.clock import moment
from app.experiments import columns
from app.experiments.reading import reader
from app.words import counted
from core.data.fetching.meter import lasting
from core.literal import literal, markup
from core.tracking.runs.values import Run, headline

_MOST: Final = 50
"""Parts that are listed."""


def show(run: Run) -> None:
    """Draw it."""
    rows = "".join(f"<dt>{name}</dt><dd>{markup(text)}</dd>" for name, text in _facts(run).items() if text)
    st.html(f'<dl class="facts wide">{rows}</dl>')
    if run.parent:
        st.markdown("**It is a part of**")
        _links([reader().run(run.parent)])
    parts = reader().parts(run.id)
    if parts:
        st.markdown(f"**{counted(len(parts), 'part')}**")
        _links(parts[:_MOST])
        if len(parts) > _MOST:
            st.caption(f"The first {_MOST} are listed; the table above has all, with parts shown.")


def when(run: Run) -> str:
    """When it began, by the reader's clock."""
    return moment(run.started)


def took(run: Run) -> str:
    """How long it took."""
    return "" if run.seconds is None else f"took {lasting(run.seconds)}"


def _facts(run: Run) -> dict[str, str]:
    start = run.parameters.get("model.start", "")
    bases = {
        "studio": "the shipped model's backbone", "torchvision": "ImageNet weights of torchvision",
        "imagenet": "ImageNet weights", "none": "random weights",
    }  # fmt: skip
    return {
        "Data set": run.dataset,
        "Manifest": run.tags.get("studio.manifest", ""),
        "Began with": bases.get(start, start),
        "Job": run.job or "",
        "Bundle it made": run.bundle or "",
        "Code": run.tags.get("mlflow.source.git.commit", ""),
        "Made by": run.tags.get("mlflow.user", ""),
        "MLflow run": run.id,
    }


def _links(runs: Sequence[Run]) -> None:
    for one in runs:
        figure = headline(one)
        said = f", macro F1 {figure.value:.3f}" if figure else ""
        words = f"{literal(one.name[:80])} ({columns.STATES[one.state][1]}{said})"
        st.button(words, key=f"o_to_{one.short}", type="tertiary",
                  icon=":material/subdirectory_arrow_right:", on_click=_go, args=(one.short,))  # fmt: skip


def _go(short: str) -> None:
    st.query_params["o_run"] = short
