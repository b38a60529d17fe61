"""Another model that could answer: which, what it is, its gate, and letting it answer."""

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from app import navigation
from app.components import notice
from app.components.experiments.models import decisions, gate, promotion
from app.components.experiments.models.words import OF_CANDIDATE, when
from app.experiments import columns, promoting
from app.experiments.promoting import Candidate, Measured, Registered
from core.config.settings import settings
from core.errors import StudioError
from core.inference.reference import named
from core.literal import literal, markup
from core.models.bundle import CARD
from core.promotion.gate import SPLITS
from core.tracking.registry.values import CHALLENGER, Version
from core.tracking.runs.values import Run, flattering, headline

KEY: Final = "r_model"
_BOX: Final = "r-model"
_LONGEST: Final = 80
NONE: Final = (
    "No model can be promoted yet. Choose runs in the table above that made a model: those stand here, and "
    "a model has to be measured against what answers now before it may answer."
)


def show(runs: Sequence[Run], known: Registered) -> None:
    """Draw it.

    Args:
        runs: The chosen ones.
        known: What is registered.
    """
    st.subheader("Let another model answer", anchor=False)
    several = {one.key: one for one in promoting.candidates(runs, known)}
    if not several:
        st.caption(NONE)
        return
    chosen = _chosen(several)
    found = promoting.measured(chosen.digest)
    with st.container(key="r-candidate"):
        st.html(_facts(chosen))
        _actions(chosen, found)
        _gate(chosen, found)


def _chosen(several: Mapping[str, Candidate]) -> Candidate:
    """The one that the address names, else the first that doesn't answer already."""
    key = st.query_params.get(KEY, "")
    if key not in several:
        now = promoting.answers()
        key = next((one.key for one in several.values() if one.digest != now), next(iter(several)))
    # titles may change, and be long: the address has the key
    st.session_state[_BOX] = st.query_params[KEY] = key
    st.selectbox("Candidate", list(several), key=_BOX, on_change=_choose,
                 format_func=lambda one: _title(several[one]))  # fmt: skip
    return several[key]


def _choose() -> None:
    st.query_params[KEY] = st.session_state[_BOX]


def _title(one: Candidate) -> str:
    return one.title if len(one.title) <= _LONGEST else f"{one.title[:_LONGEST]}\N{HORIZONTAL ELLIPSIS}"


def _facts(one: Candidate) -> str:
    version = one.model if isinstance(one.model, Version) else None
    rows = {
        "Registered": f"{version.ref}, {when(version.created)}"
        if version
        else "not yet: measuring it does that",
        "Has learnt from": version.dataset if version else one.run.dataset if one.run else "",
        "Macro F1 on unseen patients": _figure(one.run),
        "Digest": one.digest[:12],
    }
    cells = "".join(f"<dt>{name}</dt><dd>{markup(text)}</dd>" for name, text in rows.items() if text)
    return f'<dl class="facts wide">{cells}</dl>'


def _figure(run: Run | None) -> str:
    if run is None:
        return ""
    found, leaks = headline(run), flattering(run)
    if found:
        return f"{columns.interval(found)}, {SPLITS.get(found.split, found.split)}"
    return f"not measured; {leaks:.3f} on a split that leaks" if leaks is not None else "not measured"


def _actions(one: Candidate, found: Measured) -> None:
    answers = one.digest == promoting.answers()
    if answers:
        st.caption("It answers now. Choose another one to measure it against this one.")
    notice.show(place=OF_CANDIDATE)
    with st.container(key="r-actions", horizontal=True, gap="small"):
        if not answers:
            st.button("Measure again" if found.job else "Measure", key="r_measure",
                      icon=":material/straighten:",
                      type="secondary" if found.state == "fresh" else "primary",
                      disabled=found.state == "running", help=promotion.MEASURE,
                      on_click=decisions.measure, args=(one.model,))  # fmt: skip
            if not _challenges(one):
                st.button("Make challenger", key="r_challenge", icon=":material/swords:",
                          help="It answers nobody by itself, and can be asked for by that name",
                          on_click=decisions.challenge, args=(one.model,))  # fmt: skip
        name = _in_review(one)
        if name and st.button("Try it in Review", key="r_review", icon=":material/radiology:"):
            st.switch_page(navigation.REVIEW, query_params={"model": name})


def _challenges(one: Candidate) -> bool:
    return isinstance(one.model, Version) and CHALLENGER in one.model.aliases


def _in_review(one: Candidate) -> str:
    """What Review calls it; empty where it isn't on this machine."""
    name = one.model.ref if isinstance(one.model, Version) else one.model.job or ""
    try:
        return name if name and (named(name, settings()) / CARD).is_file() else ""
    except StudioError:
        return ""


def _gate(one: Candidate, found: Measured) -> None:
    title = one.title.partition(":")[0] if isinstance(one.model, Version) else one.title[:_LONGEST]
    if found.state == "failed" and found.job:
        st.error(literal(found.job.reason or "It could not be measured."), icon=":material/error:")
    if found.gate is None or one.digest == promoting.answers():
        return
    stale = found.state == "stale"
    if stale:
        st.warning(f"It was measured against {literal(found.gate.champion_name)}, and another model answers "
                   "by now. Measure it again.", icon=":material/history:")  # fmt: skip
    gate.show(found.gate, title, stale=stale)
    if not stale:
        promotion.show(one, found.gate)
