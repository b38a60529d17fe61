"""What a training job is asked to do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.config.params import Params, faults
from core.errors import InputError
from core.training.search.sweep import Sweep


class Request(BaseModel):
    """A training job's request."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = Field(description="a data set that was ingested and split")
    params: Params = Field(default_factory=Params, description="the recipe")
    out: Path | None = Field(None, description="the bundle's folder; below var/models if not named")
    title: str = Field("", max_length=200, description="what a person calls the run")
    sweep: Sweep | None = Field(None, description="search for parameters before training")

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.sweep and self.params.training.fit == "regression":
            raise ValueError('a search needs epochs: set training.fit to "epochs"')
        return self

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Request":
        """From a job's record.

        Raises:
            InputError: It asks for what can't be.
        """
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise InputError(
                f"This can't be trained: {faults(error)}. Start it again with these changed.", "request"
            ) from None

    @classmethod
    def refusals(cls, given: Mapping[str, Any]) -> list[str]:
        """What a job can't be asked for, as sentences; none where it can."""
        try:
            cls.model_validate(given)
        except ValidationError as error:
            return [f"{faults(error)}."]
        return []

    @property
    def name(self) -> str:
        """What the run is called: by a person, or by what it trains."""
        searched = ", a search" if self.sweep else ""
        return self.title.strip() or f"{self.dataset} {self.params.model.backbone}{searched}"
