"""What a search varies, and how long it may take."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.config.fields import Parameter, parameters
from core.config.params import Params

MOST_TRIALS = 1000
_FIXED = ("data", "split")
"""Sections whose change would change what is measured."""
_UNSEARCHED = ("training.fit", "training.k_fold", "training.random_too", "training.variants")
"""Of whole runs, not of a trial."""


class Values(BaseModel):
    """What one parameter may be: one of some choices, or anything between two numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    choices: tuple[Any, ...] | None = Field(None, min_length=1, max_length=50)
    low: float | None = None
    high: float | None = None
    log: bool = Field(False, description="drawn evenly by order of magnitude")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.choices is not None:
            if (self.low, self.high) != (None, None):
                raise ValueError("give choices, or low and high, not both")
        elif self.low is None or self.high is None or not self.low < self.high:
            raise ValueError("give choices, or a low below a high")
        elif self.log and self.low <= 0:
            raise ValueError("a low of 0 or less has no logarithm")
        return self


def is_whole(path: str) -> bool:
    """Whether a parameter takes whole numbers only."""
    return any(one.path == path and one.kind == "whole" for one in parameters())


class Sweep(BaseModel):
    """A search over parameters by Optuna's tree-structured Parzen estimator, with median pruning.

    What is best is told by the validation; the test slices take no part in it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    trials: int = Field(20, ge=1, le=MOST_TRIALS, description="how many recipes are tried")
    minutes: float | None = Field(None, gt=0, description="no trial begins after so long")
    space: Mapping[str, Values] = Field(min_length=1, description="by parameter, section.field")
    seed: int = Field(0, ge=0)
    prune: bool = Field(True, description="give up trials that do worse than most did by then")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        known = {one.path: one for one in searchable()}
        reasons = []
        for path, values in self.space.items():
            if path not in known:
                reasons.append(f"{path} is no parameter that can be searched over")
            else:
                reasons += _unfit(known[path], values)
        if reasons:
            raise ValueError("; ".join(reasons))
        return self


def searchable() -> tuple[Parameter, ...]:
    """The parameters that a search may vary."""
    return tuple(
        one
        for one in parameters()
        if one.section not in _FIXED and one.path not in _UNSEARCHED and one.kind != "other"
    )


def changed(params: Params, values: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe's fields with some of them changed, for `core.config.params.checked`.

    Args:
        params: The recipe.
        values: By ``section.field``.
    """
    fields = params.model_dump(mode="json")
    for path, value in values.items():
        section, _, name = path.partition(".")
        fields[section][name] = value
    return fields


def _unfit(parameter: Parameter, values: Values) -> list[str]:
    """Why a parameter can't have such values."""
    numeric = parameter.kind in ("whole", "number")
    if values.choices is None:
        if not numeric:
            return [f"{parameter.path} is no number: give choices"]
        ends = tuple(one for one in (values.low, values.high) if one is not None)
    else:
        ends = values.choices if numeric else ()
        if any(isinstance(one, bool) or not isinstance(one, int | float) for one in ends):
            return [f"{parameter.path} needs numbers to choose from"]
    low, high = parameter.low, parameter.high
    if any((low is not None and one < low) or (high is not None and one > high) for one in ends):
        return [f"{parameter.path} goes {parameter.range}"]
    return []
