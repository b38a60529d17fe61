"""What is measured before a model may answer: lines that a person reads, each met or not."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from core.errors import DataError

WORKER: Final = "core.promotion.worker"
QUEUE: Final = ""
"""A gate starts at once: it is short, and a person waits for it."""

SPLITS: Final = {
    "grouped_cv": "cross-validation over patient blocks",
    "grouped_test": "one split by patient blocks",
}
"""What each split on which a model is judged is called."""


class Check(BaseModel):
    """A line of the gate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        description="for programs, such as accuracy, calibration, latency, size, parity, samples"
    )
    title: str = Field(description="for a person")
    met: bool | None = Field(description="None where it can't be measured, which is no pass")
    figure: str = Field("", description="what was measured, with its unit")
    limit: str = Field("", description="what it is held against")
    sentence: str = Field(description="what was done and what came of it")


class Gate(BaseModel):
    """All lines for one candidate against one champion."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidate: str = Field(description="digest of the bundle that shall answer")
    champion: str = Field(description="digest of the bundle that answers now")
    champion_name: str = Field(description="v3, or shipped")
    at: float = Field(description="seconds since 1970")
    dataset: str = Field("", description="whose slices both answered; empty where there were none")
    slices: int = Field(0, description="that both answered as new to them")
    groups: int = Field(0, description="patient blocks of these")
    logged: bool = Field(
        False, description="whether neither was asked: both had logged held-out answers about these slices"
    )
    checks: tuple[Check, ...]

    @property
    def met(self) -> bool:
        """Whether every line is."""
        return all(one.met for one in self.checks)

    @property
    def missed(self) -> tuple[str, ...]:
        """Titles of the lines that aren't met."""
        return tuple(one.title for one in self.checks if not one.met)


def parse(fields: Any) -> Gate:
    """A gate from a job's result.

    Raises:
        DataError: It is none.
    """
    try:
        return Gate.model_validate(fields)
    except ValueError:
        raise DataError(
            "What was measured for this promotion can't be read. Measure it again.", "gate"
        ) from None
