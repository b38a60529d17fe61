"""A widget for a parameter, made from what `core.config.fields` says of it and nothing else."""

import re
from collections.abc import Sequence
from math import floor, log10
from typing import Any, Final

import streamlit as st

from app import training_form
from app.training_form import widget
from app.training_rules import applies
from core.config.fields import Parameter, parameters
from core.literal import literal
from core.training.inputs import variants

_NUMBERS: Final = ("whole", "number")


def named(sentence: str) -> str:
    """A sentence about parameters with the labels that the form has, as Markdown."""
    known = {one.path: one.label for one in parameters()}
    parts = re.split(
        f"({'|'.join(re.escape(path) for path in sorted(known, key=len, reverse=True))})", sentence
    )
    return "".join(f"**{known[part]}**" if part in known else literal(part) for part in parts)


def about(parameter: Parameter) -> str:
    """What it means, what it may be and what it is where nobody changed it; Markdown."""
    allowed = parameter.range if parameter.kind in _NUMBERS else ""
    usual = "nothing" if parameter.default in (None, "", []) else _said(parameter.default)
    sentences = [parameter.meaning, allowed and f"{allowed} {parameter.unit}".strip(), f"default: {usual}"]
    return " ".join(f"{one[0].upper()}{one[1:]}." for one in sentences if one)


def show(parameter: Parameter) -> Any:
    """Draw its widget; it is disabled where the parameter plays no part beside the others.

    Returns:
        What it says, which is kept for the recipe too.
    """
    values, key = training_form.values(), widget(parameter.path)
    if key not in st.session_state:
        st.session_state[key] = values[parameter.path]
    unit = f" ({parameter.unit})" if parameter.unit else ""
    said = _widget(
        parameter, label=f"{parameter.label}{unit}", key=key, help=about(parameter),
        disabled=not applies(parameter.path, values),
    )  # fmt: skip
    values[parameter.path] = said
    return said


def grid(some: Sequence[Parameter], across: int) -> None:
    """Draw several, so many beside each other, switches last; on a narrow screen one below the other."""
    tidy = sorted(some, key=lambda one: one.kind == "switch")
    for start in range(0, len(tidy), across):
        for place, one in zip(st.columns(across, vertical_alignment="bottom"), tidy[start:], strict=False):
            with place:
                show(one)


def step(parameter: Parameter) -> float:
    """By how much a number's buttons change it: a tenth of its size, as a power of ten."""
    size = abs(float(parameter.default)) or (parameter.high or 1.0) / 10
    exponent = floor(log10(size) + 1e-9)
    return float(f"1e{exponent - (size / 10**exponent < 1.5)}")


def _widget(parameter: Parameter, **shared: Any) -> Any:
    match parameter.kind:
        case "switch":
            return st.toggle(**shared)
        case "choice":
            return st.selectbox(options=parameter.choices, **shared)
        case "whole":
            return st.number_input(
                min_value=_whole(parameter.low),
                max_value=_whole(parameter.high),
                step=parameter.step,
                **shared,
            )
        case "number":
            return st.number_input(
                min_value=_float(parameter.low),
                max_value=_float(parameter.high),
                step=step(parameter),
                format="%g",
                **shared,
            )
        case "other":
            return list(st.multiselect(options=list(variants.TABLE), **shared))
        case _:
            return st.text_input(**shared)


def _whole(limit: float | None) -> int | None:
    return None if limit is None else int(limit)


def _float(limit: float | None) -> float | None:
    return None if limit is None else float(limit)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
