"""What the REST API answers about where a model looks."""

from pydantic import BaseModel, Field

from core.serving.schemas import Finding, Model


class TargetAnswer(BaseModel):
    """What a map explains."""

    label: str
    against: str | None = Field(None, description="why the label and not this one")


class PlacementAnswer(BaseModel):
    """The square of the slice that a map's grid lies on, in the slice's own pixels."""

    left: int = Field(description="may be negative: the model saw padding there")
    top: int
    side: int


class TrustAnswer(BaseModel):
    """How far a map can be believed."""

    level: str = Field(description="good, fair, poor or flat")
    sentences: list[str]
    deletion: float = Field(description="area under the deletion curve, 0 to 1; low is good")
    insertion: float = Field(description="area under the insertion curve, 0 to 1; high is good")
    random_deletion: list[float] = Field(description="the same for random maps")
    random_insertion: list[float]
    stability: dict[str, float] = Field(description="rank correlation with itself, by what was changed")


class Explained(BaseModel):
    """One method's map of one slice; a method that failed has only `method`, `target` and `error`."""

    method: str
    target: TargetAnswer
    error: Finding | None = None
    layer: str = ""
    peak: float = Field(0.0, description="what heat 1 stands for, in units; 0 where flat")
    unit: str = ""
    flat: bool = Field(False, description="it points nowhere")
    grid: list[int] = Field(default=[], description="rows and columns of the method's own grid")
    placement: PlacementAnswer | None = None
    passes: int = 0
    milliseconds: float = 0.0
    model: Model | None = None
    trust: TrustAnswer | None = None
    heat: str | None = Field(
        None, description="base64 PNG as large as the slice: grey 0 is no support, 255 the peak"
    )
    values: list[list[float]] | None = Field(None, description="the grid, row by row, signed, in units")


class ExplainedFile(BaseModel):
    """One slice's maps; a file that could not be read has only `file` and `error`."""

    file: str
    error: Finding | None = None
    label: str | None = Field(None, description="the answer; null when declined")
    digest: str = ""
    maps: list[Explained] = []


class Explanations(BaseModel):
    """What POST /v1/explain answers, in the order the files came."""

    results: list[ExplainedFile]
    model: Model
