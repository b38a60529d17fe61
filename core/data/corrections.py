"""Corrections: slices with what a person says they are, as Review exports them. docs/corrections.md."""

from collections import Counter
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from core.data import unpack

FORMAT: Final = 1
FILE = "corrections.json"
LETTERS = 100
"""A class has at most so many."""
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Label = Annotated[str, Field(min_length=1, max_length=LETTERS)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Model(_Strict):
    """Which model gave an answer."""

    name: str = Field(max_length=200)
    version: str = Field(max_length=200)
    digest: str = Field(max_length=200)


class Given(_Strict):
    """What the model had said."""

    model: Model
    label: Label | None = Field(description="None where it declined")
    probabilities: dict[Label, Share] = Field(max_length=1000)


class Seen(_Strict):
    """The window that Hounsfield units were shown through, as PreprocessSpec has it."""

    center: float = Field(allow_inf_nan=False)
    width: float = Field(ge=1, allow_inf_nan=False)


class Correction(_Strict):
    """A slice and what it is."""

    file: str = Field(description="in the zip: a folder for each class, named by the picture's digest")
    label: Label = Field(description="what the person says it is")
    sha256: Digest = Field(description="of the file in the zip")
    source_sha256: str = Field(
        pattern=r"^[0-9a-f]{64}(#\d{1,6})?$", description="of what was uploaded; #frame where it held several"
    )
    patient: str = Field("", pattern=r"^[0-9a-f]{0,64}$", description="equal for slices of one patient")
    window: Seen | None = Field(None, description="None where the source was grey already")
    given: Given

    @field_validator("label")
    @classmethod
    def _plain(cls, label: str) -> str:
        if not label.isprintable() or label != label.strip():
            raise ValueError("must be printable, with no blanks around it")
        return label

    @model_validator(mode="after")
    def _named_so(self) -> "Correction":
        if self.file != place(self.label, self.sha256):
            raise ValueError(f"must lie at {place(self.label, self.sha256)}")
        return self


class Listing(_Strict):
    """corrections.json."""

    format: Literal[1] = FORMAT
    created: str = Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", description="UTC, ISO 8601, to the second"
    )
    slices: tuple[Correction, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> "Listing":
        for name in ("sha256", "source_sha256"):
            found = Counter(getattr(one, name) for one in self.slices)
            twice = [digest for digest, count in found.items() if count > 1]
            if twice:
                raise ValueError(f"{name} {twice[0][:12]} is there twice")
        return self


def place(label: str, sha256: str) -> str:
    """Where a picture lies in the zip: a folder for each class, as any zip of pictures has."""
    folder = unpack.fitting(label.replace("/", "_")).lstrip(".") or "_"
    return f"{folder}/{sha256}.png"
