"""Deletion film: what happens to the probabilities as a map's heat is blurred away, step by step."""

from typing import Final

import streamlit as st

from app import pictures
from app.components import bars, live
from app.components.explain import believing_curves, turned, waiting
from app.explain.asked import Asked
from app.explain.explaining import explaining, result_of
from app.explain.film import Way, frame
from core.explain.faithfulness import words
from core.explain.faithfulness.curves import SHARES
from core.explain.faithfulness.values import Curve, Trust
from core.explain.methods import METHODS
from core.explain.pool.pool import Task
from core.explain.values import Explanation
from core.literal import markup
from core.percent import spoken as percent

WAYS: Final[dict[str, Way]] = {"Blur the hottest first": "deletion", "Sharpen the hottest first": "insertion"}
EVERY: Final = 0.45
"""Seconds that a frame is shown while the film runs."""
_AT, _RUNS = "ex-film-at", "ex-film-runs"


def show(asked: Asked) -> None:
    """Draw it for one of the shown methods.

    Args:
        asked: The slice, the target and the methods.
    """
    turned.note(asked)
    key, way = _choice(asked)
    ask = next(one for one in asked.asks if one.method == key)
    task = explaining().map(asked.case, asked.bundle, ask)
    made = result_of(task)
    if isinstance(made, Explanation) and not made.flat:
        task = explaining().trust(asked.case, asked.bundle, made)
        if isinstance(trust := result_of(task), Trust):
            _film(asked, made, trust, way)
            return
    if isinstance(made, Explanation) and made.flat:
        said = words.FLAT.format(target=asked.target.words)
        st.html(f'<p class="ex-film-none">{markup(said)} There is no heat to take away.</p>')
        return
    waiting.watch([task], lambda: _wait(task), "film")


def _wait(task: Task) -> None:
    st.caption("The model is asked about every frame first; that takes some seconds a map.")
    waiting.show(task, "film")


def _choice(asked: Asked) -> tuple[str, Way]:
    with st.container(key="ex-film-choice", horizontal=True, vertical_alignment="center", gap="medium"):
        titles = {METHODS[key].title: key for key in asked.methods}
        key = asked.methods[0]
        if len(titles) > 1:
            chosen = st.segmented_control("Map", list(titles), default=next(iter(titles)), required=True,
                                          key="ex-film-map", label_visibility="collapsed")  # fmt: skip
            key = titles.get(chosen or "", key)
        first = next(iter(WAYS))
        way = st.segmented_control("Way", list(WAYS), default=first, required=True, key="e_film",
                                   bind="query-params", label_visibility="collapsed")  # fmt: skip
    return key, WAYS[way or first]


def _film(asked: Asked, made: Explanation, trust: Trust, way: Way) -> None:
    """The film, by itself: a step redraws nothing else of the page."""
    runs = bool(st.session_state.get(_RUNS))

    def turn() -> None:
        if runs:
            _forward()
        _frame(asked, made, trust, way)
        if runs and not st.session_state.get(_RUNS):
            st.rerun()

    live.draw(turn, EVERY if runs else None, "ex-film")


def _forward() -> None:
    """The next frame; the film stops with its last one."""
    at = SHARES.index(st.session_state.get(_AT, SHARES[0]))
    st.session_state[_AT] = SHARES[min(at + 1, len(SHARES) - 1)]
    if at + 1 >= len(SHARES) - 1:
        st.session_state[_RUNS] = False


def _frame(asked: Asked, made: Explanation, trust: Trust, way: Way) -> None:
    curve = trust.deletion if way == "deletion" else trust.insertion
    several = trust.random_deletions if way == "deletion" else trust.random_insertions
    left, right = st.columns([5, 7], gap="large")
    with left:
        place = st.empty()
        share = _player()
        said = spoken(asked, curve, way, share)
        uri = pictures.slice_uri(frame(asked, made, way, share))
        place.html(f'<img class="ex-film-frame" src="{uri}" alt="{markup(said)}">')
    with right:
        st.html(f'<p class="ex-film-said" role="status">{markup(said)}</p>')
        at = curve.shares.tolist().index(share)
        bars.show(dict(zip(asked.bundle.card.labels, map(float, curve.all[at]), strict=True)))
        st.html(f'<div class="ex-curve">{_axis(asked)}</div>')
        st.plotly_chart(
            believing_curves.figure(curve, trust.random_shares, several, share, height=230),
            key="ex-film-curve", config={"displayModeBar": False}, alt=said,
        )  # fmt: skip


def _player() -> float:
    with st.container(key="ex-film-player", horizontal=True, vertical_alignment="center", gap="small"):
        runs = bool(st.session_state.get(_RUNS))
        st.button("Pause" if runs else "Play", key="ex-film-play", on_click=_toggle, shortcut="p",
                  icon=":material/pause:" if runs else ":material/play_arrow:",
                  help="Play the film, or pause it (key P)")  # fmt: skip
        st.session_state.setdefault(_AT, SHARES[0])
        share = st.select_slider("Share of the slice", SHARES, key=_AT, format_func=_share,
                                 label_visibility="collapsed", on_change=_pause)  # fmt: skip
    return float(share)


def _toggle() -> None:
    st.session_state[_RUNS] = not st.session_state.get(_RUNS)
    if st.session_state[_RUNS] and st.session_state.get(_AT) == SHARES[-1]:
        st.session_state[_AT] = SHARES[0]


def _pause() -> None:
    st.session_state[_RUNS] = False


def spoken(asked: Asked, curve: Curve, way: Way, share: float) -> str:
    """What a frame shows, and what the model says to it.

    Args:
        asked: The target.
        curve: The one that belongs to the way.
        way: Whether the hottest places are blurred, or all others.
        share: Of the square, 0..1.
    """
    now, before = percent(curve.at(share)), percent(curve.at(0.0))
    what = asked.target.label + (f" (against {asked.target.against})" if asked.target.against else "")
    if share == 0:
        shown = "The slice as the model sees it" if way == "deletion" else "The slice, wholly blurred"
        return f"{shown}: {what} has {now}."
    done = "blurred" if way == "deletion" else "sharp, the rest is blurred"
    part = "All of the slice is" if share == 1 else f"The hottest {_share(share)} of the slice are"
    done = "blurred" if way == "deletion" else ("sharp" if share == 1 else done)
    return f"{part} {done}: {what} has {now}, from {before}."


def _axis(asked: Asked) -> str:
    target = asked.target
    against = f" against {markup(target.against)}" if target.against else ""
    return f"Model probability of {markup(target.label)}{against}, by share of the slice"


def _share(share: float) -> str:
    return f"{100 * share:g} %"
