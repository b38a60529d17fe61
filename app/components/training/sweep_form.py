"""A search for parameters: which, between what, how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st
from pydantic import ValidationError

from app import training_form
from app.components.training.fields import step
from app.training_rules import applies
from core.config.fields import Parameter
from core.config.params import Params
from core.training.request import Request
from core.training.search import sweep

_KEY: Final = "tr-form-search-"
_FIRST: Final = ("training.learning_rate", "model.dropout")
_SECTIONS: Final = ("model", "augmentation", "training")
_NOT: Final = ("training.seed", "training.epochs", "training.patience")
"""Luck, and what costs more the better it is."""
_EPOCHS: Final = 'A search needs epochs: set training.fit to "epochs", or turn the search off.'
_LOG: Final = 100.0
"""A default that is so much smaller than the largest value is searched on a logarithmic scale."""


@dataclass(frozen=True, slots=True)
class Search:
    """What the form says.

    Attributes:
        wanted: A request's ``sweep``; None where nothing is searched for.
        reasons: Why it can't be searched for so, sentences.
    """

    wanted: dict[str, Any] | None = None
    reasons: tuple[str, ...] = ()


def show() -> Search:
    """Draw it."""
    on = st.toggle(
        "Search for parameters before training", key=f"{_KEY}on", persist_state="session",
        help="Tries other values, then trains with those that validated best. The other fields stay.",
    )  # fmt: skip
    if not on:
        return Search()
    if training_form.values()["training.fit"] != "epochs":
        return Search({}, (_EPOCHS,))
    known = {one.path: one for one in _searchable()}
    trials, minutes = st.columns(4)[:2]
    with trials:
        times = st.number_input(
            "Trials", 2, sweep.MOST_TRIALS, 20, key=f"{_KEY}trials", persist_state="session"
        )
    with minutes:
        most = st.number_input(
            "Most minutes; 0 for any", 0, 100_000, 0, key=f"{_KEY}minutes", persist_state="session",
            help="No trial begins after that.",
        )  # fmt: skip
    key = f"{_KEY}space"
    if key in st.session_state:  # what plays no part any more can't be searched
        st.session_state[key] = [path for path in st.session_state[key] if path in known]
    chosen = st.multiselect(
        "Parameters", list(known), key=key, format_func=lambda path: known[path].label,
        default=None if key in st.session_state else [path for path in _FIRST if path in known],
        persist_state="session",
    )  # fmt: skip
    space = {path: _range(known[path]) for path in chosen}
    values = training_form.values()
    wanted = {
        "trials": int(times), "minutes": float(most) or None, "space": space, "seed": values["training.seed"],
    }  # fmt: skip
    return Search(wanted, tuple(faults(wanted, training_form.whatever(values))))


def faults(wanted: Mapping[str, Any], params: Params) -> list[str]:
    """Why it can't be searched so, as sentences; none where it can."""
    if not wanted["space"]:
        return ["A search needs a parameter to search for. Choose one, or turn the search off."]
    try:
        Request.model_validate({"dataset": "", "params": params, "sweep": wanted})
    except ValidationError as error:
        return [_sentence(one["loc"], one["msg"]) for one in error.errors()]
    return []


def _sentence(place: tuple[int | str, ...], said: str) -> str:
    where = f"{place[2]}: " if len(place) > 2 else ""
    return f"The search can't work: {where}{said.removeprefix('Value error, ')}."


def _searchable() -> list[Parameter]:
    """What can be searched, and plays a part beside the other values."""
    values = training_form.values()
    return [
        one
        for one in sweep.searchable()
        if one.section in _SECTIONS
        and one.kind != "text"
        and one.path not in _NOT
        and applies(one.path, values)
    ]


def _range(parameter: Parameter) -> dict[str, Any]:
    """Draw what is searched between; as a request has it."""
    name, key = parameter.label, f"{_KEY}{parameter.path}-"
    if parameter.kind in ("choice", "switch"):
        choices: list[Any] = list(parameter.choices) if parameter.kind == "choice" else [True, False]
        return {"choices": st.multiselect(name, choices, choices, key=key, persist_state="session")}
    low, high, log = st.columns([1, 1, 1.6], vertical_alignment="bottom")
    start, end = _ends(parameter)
    whole = parameter.kind == "whole"
    limits: dict[str, Any] = {
        "min_value": _typed(parameter.low, whole), "max_value": _typed(parameter.high, whole),
        "step": parameter.step if whole else step(parameter), "format": None if whole else "%g",
        "persist_state": "session",
    }  # fmt: skip
    found: dict[str, Any] = {
        "low": low.number_input(f"{name} from", value=start, key=f"{key}low", **limits),
        "high": high.number_input(f"{name} to", value=end, key=f"{key}high", **limits),
    }
    usual = not whole and bool(parameter.high) and float(parameter.high or 0) >= _LOG * end
    found["log"] = log.toggle("Logarithmic scale", usual, key=f"{key}log", persist_state="session")
    return found


def _ends(parameter: Parameter) -> tuple[Any, Any]:
    """Around the default, within what is allowed."""
    whole, usual = parameter.kind == "whole", parameter.default
    least, most = parameter.low or 0, parameter.high if parameter.high is not None else usual * 4
    if not usual:
        return _typed(least, whole), _typed(most / 2, whole)
    low, high = max(least, usual / 4), min(most, usual * 4)
    return (_stepped(low, parameter.step), _stepped(high, parameter.step)) if whole else (low, high)


def _stepped(value: float, by: int) -> int:
    return max(by, round(value / by) * by)


def _typed(value: float | None, whole: bool) -> Any:
    return value if value is None else int(value) if whole else float(value)
