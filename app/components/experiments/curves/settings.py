"""What is drawn of the chosen runs, and how: kept in the address, so that a link shows the same curves."""

from collections.abc import Collection
from dataclasses import dataclass

import streamlit as st

from app.experiments import panels
from app.experiments.series import ALONG, Scale


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for.

    Attributes:
        metrics: Names, in the order of the plots.
        scale: Along what.
        paired: Whether training and validation share a plot.
        parts: Whether folds and trials are drawn too.
    """

    metrics: tuple[str, ...]
    scale: Scale
    paired: bool
    parts: bool


def show(metrics: Collection[str]) -> Wanted:
    """Draw the settings.

    Args:
        metrics: All that the chosen runs logged.
    """
    with st.container(key="c-settings"):
        wanted = _metrics(metrics)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="c-axes"):
            along = st.segmented_control("Along", ALONG, default=ALONG[0], required=True, key="c_x",
                                         bind="query-params")  # fmt: skip
            smoothing = st.slider(
                "Smoothing", 0.0, 0.99, 0.0, 0.01, key="c_smooth", bind="query-params", width=220,
                help="Weight of what was before, in an exponential moving average. The values as they were "
                     "logged stay behind it, faint.",
            )  # fmt: skip
            log_x = st.toggle("Log x", key="c_logx", bind="query-params", disabled=along == "Wall time")
            log_y = st.toggle("Log y", key="c_logy", bind="query-params")
            paired = st.toggle("Training with validation", value=True, key="c_pair", bind="query-params",
                               help="Validation is drawn whole, training dashed.")  # fmt: skip
            parts = st.toggle("Folds and trials", key="c_parts", bind="query-params",
                              help="Of runs that have some, thin and in their run's colour.")  # fmt: skip
    logged = bool(log_x) and along != "Wall time"
    scale = Scale(along or ALONG[0], float(smoothing), logged, bool(log_y), _shift())
    return Wanted(tuple(wanted), scale, bool(paired), bool(parts))


def _metrics(metrics: Collection[str]) -> list[str]:
    """The chosen ones; those that are usual while nobody chose any."""
    usual = panels.usual(metrics)
    asked = st.multiselect(
        "Metrics", sorted(metrics), default=usual, key="c_metrics", bind="query-params",
        placeholder=f"{' and '.join(one[:40] for one in usual)}, unless you choose others",
    )  # fmt: skip
    return asked or usual


def _shift() -> float:
    """What the reader's clock is ahead of Greenwich, seconds; 0 where the browser doesn't say."""
    offset = st.context.timezone_offset
    return -60.0 * offset if offset is not None else 0.0
