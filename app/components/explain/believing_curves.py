"""Deletion and insertion of one map, drawn over the band of random maps."""

from typing import Final

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from core.explain.faithfulness.values import Curve, Trust
from core.percent import percent

ACCENT: Final = "#1A8A8C"
QUIET: Final = "#7B8790"
_BAND: Final = "rgba(123,135,144,.24)"
_HEIGHT: Final = 200
_X, _Y = (0, 10, 25, 50, 75, 100), (0, 50, 100)
DELETION: Final = "Blurred, the hottest first: lower is better"
INSERTION: Final = "Made sharp, the hottest first: higher is better"


def show(trust: Trust) -> None:
    """Draw both, side by side.

    Args:
        trust: Of a map that isn't flat.
    """
    both = (
        ("deletion", DELETION, trust.deletion, trust.random_deletions, trust.random_deletion),
        ("insertion", INSERTION, trust.insertion, trust.random_insertions, trust.random_insertion),
    )
    for place, (name, title, curve, several, areas) in zip(st.columns(2, gap="small"), both, strict=True):
        with place:
            st.html(f'<div class="ex-curve">{title}</div>')
            st.plotly_chart(
                figure(curve, trust.random_shares, several),
                key=f"ex-{name}-{trust.ask.method}", config={"displayModeBar": False},
                alt=spoken(title, curve, areas),
            )  # fmt: skip


def figure(
    curve: Curve,
    shares: NDArray[np.float64],
    several: NDArray[np.float64],
    at: float | None = None,
    height: int = _HEIGHT,
) -> "go.Figure":
    """One curve over the random ones.

    Args:
        curve: The map's.
        shares: (r,) of the random maps'.
        several: (m, r) the random maps'; m may be 0.
        at: A share that is marked, 0..1.
        height: In pixels.
    """
    made = go.Figure()
    if len(several):
        _band(made, shares, several)
    made.add_scatter(x=100 * curve.shares, y=100 * curve.probabilities, mode="lines", name="this map",
                     line={"color": ACCENT, "width": 2.5}, hovertemplate="%{y:.0f} %")  # fmt: skip
    if at is not None:
        dot = {"color": ACCENT, "size": 12, "line": {"color": "white", "width": 2}}
        made.add_scatter(x=[100 * at], y=[100 * curve.at(at)], mode="markers", name="here", marker=dot,
                         hoverinfo="skip", cliponaxis=False, showlegend=False)  # fmt: skip
    made.update_layout(
        height=height, margin={"l": 0, "r": 20, "t": 4, "b": 0}, dragmode=False, hovermode="x unified",
        legend={"orientation": "h", "yanchor": "top", "y": -0.2, "x": 0, "font": {"size": 11},
                "traceorder": "reversed"},
        showlegend=bool(len(several)), uirevision="kept",
    )  # fmt: skip
    made.update_xaxes(range=[0, 101], tickvals=_X, ticktext=[f"{x} %" for x in _X], showgrid=False)
    made.update_yaxes(range=[-3, 106], tickvals=_Y, ticktext=[f"{y} %" for y in _Y])
    return made


def spoken(title: str, curve: Curve, areas: NDArray[np.float64]) -> str:
    """The same for who hears the page."""
    steps = ", ".join(f"{share:.0%}: {percent(curve.at(share))}" for share in (0.0, 0.1, 0.25, 0.5, 1.0))
    return f"{title}. Probability by share of the slice: {steps}. Area {curve.area:.2f}; random maps " + (
        f"{areas.min():.2f} to {areas.max():.2f}." if areas.size else "none."
    )


def _band(made: "go.Figure", shares: NDArray[np.float64], several: NDArray[np.float64]) -> None:
    low, high, x = 100 * several.min(axis=0), 100 * several.max(axis=0), 100 * shares
    made.add_scatter(x=x, y=low, mode="lines", line={"width": 0}, showlegend=False, hoverinfo="skip")
    made.add_scatter(x=x, y=high, mode="lines", line={"width": 0}, fill="tonexty", fillcolor=_BAND,
                     name=f"{len(several)} random maps", hoverinfo="skip")  # fmt: skip
    dashed = {"color": QUIET, "dash": "dash", "width": 1.5}
    made.add_scatter(x=x, y=100 * several.mean(axis=0), mode="lines", name="mean of random", line=dashed,
                     hovertemplate="%{y:.0f} %")  # fmt: skip
