"""What the API answers, for its documentation and its clients."""

from typing import Any, Literal

from pydantic import BaseModel, Field


class Model(BaseModel):
    """Which model answered."""

    name: str
    version: str
    digest: str


class Finding(BaseModel):
    """Why an answer was declined, or what to be careful about."""

    code: str
    sentence: str


class HeatmapPicture(BaseModel):
    """Where a slice speaks for a class, laid over the slice."""

    label: str
    peak: float = Field(description="what the brightest colour stands for, in units of the class's logit")
    mime: str
    image: str = Field(description="base64")


class Result(BaseModel):
    """One slice's answer; a file that could not be read has only `file` and `error`."""

    file: str
    error: Finding | None = None
    label: str | None = Field(None, description="null when declined")
    probabilities: dict[str, float] = Field(default={}, description="calibrated, by class")
    declined: bool = False
    reasons: list[Finding] = []
    warnings: list[Finding] = []
    model: Model | None = None
    milliseconds: dict[str, float] = {}
    series: str | None = Field(None, description="equal for the slices of one DICOM series")
    position: float | None = Field(None, description="orders the slices of a series")
    digest: str = Field("", description="SHA-256 of the file, #frame added for multi-frame files")
    heatmaps: list[HeatmapPicture] | None = None


class Answer(BaseModel):
    """What POST /v1/predict answers, in the order the files came."""

    results: list[Result]
    model: Model


class PlainImage(BaseModel):
    """What POST /predict takes."""

    image: str = Field(description="a picture's bytes in base64; a data URL will do")


class PlainAnswer(BaseModel):
    """What POST /predict answers, in a list."""

    image: str = Field(description='the class, or "declined"')
    probability: float = Field(description="of the most probable class")
    label: str | None
    declined: bool
    probabilities: dict[str, float]
    reasons: list[Finding]
    warnings: list[Finding]
    model: Model


class Role(BaseModel):
    """Why this model answers and not another."""

    alias: Literal["champion", "shipped"] = Field(description="what it is in use as")
    registered: str | None = Field(None, description="the champion's version in the registry")
    fallback: str | None = Field(
        None, description="where the champion can't be used: why, and what to do; the shipped model answers"
    )


class Health(Role):
    """What GET /health answers while there is a usable model."""

    status: str
    model: Model


class ModelCard(Role):
    """What GET /v1/model answers."""

    name: str
    version: str
    digest: str
    created: str
    labels: list[str]
    backbone: str
    layer: str
    preprocess: dict[str, Any]
    temperature: float
    thresholds: dict[str, float]
    metrics: dict[str, Any] = Field(description="measured figures, each under the split it is from")
    data: dict[str, Any]
    code_revision: str


class Problem(BaseModel):
    """What every error answers, as application/problem+json (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = Field(description="what went wrong, with what, and what to do now")
    code: str
