"""What a model is trained with: params.yaml, typed, every field with its meaning, unit and range."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from core.config.settings import ROOT
from core.errors import SettingsError

FILE = ROOT / "params.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Data(_Strict):
    """What the pipeline works on."""

    name: str = Field("synthetic", description="what the data set is called")
    source: str = Field("synthetic", description="a folder, a .zip, an address, a Drive id, or a preset")
    preset: str = Field("", description="task whose class rule is used, of core/data/presets.yaml")


class Split(_Strict):
    """How slices are dealt into folds, or into train, val and test."""

    strategy: Literal["grouped", "random"] = Field(
        "grouped", description="whole patient blocks; or single slices, which leaks"
    )
    folds: int = Field(5, ge=2, le=20, description="parts that whole patient blocks are dealt into")
    parts: tuple[float, float, float] | None = Field(
        None, description="shares of train, val and test, in place of folds"
    )
    seed: int = Field(0, ge=0, description="settles which block goes where")
    dealings: int = Field(
        5,
        ge=1,
        le=50,
        description="times that blocks are dealt into folds for a figure, to even out luck",
    )
    hold_out: bool = Field(True, description="keep the first fold out of the final head, for `evaluate`")

    @field_validator("parts")
    @classmethod
    def _whole(cls, parts: tuple[float, float, float] | None) -> tuple[float, float, float] | None:
        if parts and (min(parts) <= 0 or abs(sum(parts) - 1) > 1e-6):
            raise ValueError("shares of train, val and test must be above 0 and add up to 1")
        return parts


class Model(_Strict):
    """The network in front of the head."""

    backbone: str = Field("mobilenet_v2", description="a row of core.models.backbones")
    start: Literal["torchvision", "studio", "none"] = Field(
        "studio", description="starting weights: torchvision's wheel, the shipped model's, or random"
    )
    size: int = Field(320, ge=32, le=1024, multiple_of=32, description="side of the input, pixels")
    crop_body: bool = Field(True, description="cut slices to the body first")
    clahe_clip: float = Field(4.0, ge=0, le=40, description="contrast equalisation's clip limit; 0 is none")
    dropout: float = Field(0.2, ge=0, lt=1, description="share of pooled features dropped in fine-tuning")


class Training(_Strict):
    """What the head is fitted on."""

    seed: int = Field(0, ge=0, description="of every random draw")
    every: int = Field(3, ge=1, le=50, description="every nth slice of a series; neighbours tell little new")
    variants: tuple[str, ...] = Field(
        ("contrast", "moved", "contrast_moved"), description="changed copies, rows of core.training.variants"
    )
    extra_sources: bool = Field(True, description="also fit on slices that only later sources have")
    inverse_penalty: float = Field(2e-3, gt=0, le=1e3, description="C of the head's L2 penalty")
    nuisance_floor: float = Field(
        0.1,
        gt=0,
        le=100,
        description="smaller shrinks more what changes between copies, in feature variances",
    )
    dimensions: int = Field(256, ge=2, le=4096, description="main feature directions the head may use")


class Declining(_Strict):
    """When a slice gets no answer."""

    answered: float = Field(0.8, gt=0, le=1, description="share of held-out slices sure enough for an answer")
    refused: float = Field(0.03, ge=0, lt=0.5, description="share of held-out slices refused as not CT")
    dimensions: int = Field(128, ge=1, le=1024, description="main directions of the feature distance")


class Params(_Strict):
    """params.yaml."""

    data: Data = Field(default_factory=Data)
    split: Split = Field(default_factory=Split)
    model: Model = Field(default_factory=Model)
    training: Training = Field(default_factory=Training)
    declining: Declining = Field(default_factory=Declining)


def load(path: Path = FILE, changes: Sequence[str] = ()) -> Params:
    """Read parameters.

    Args:
        path: A YAML file; what it leaves out has its default.
        changes: ``section.field=value``, the value in YAML.

    Raises:
        SettingsError: The file can't be read, or a field is unknown or out of its range; all of
            them are named at once.
    """
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise SettingsError(
            f"{path.name} can't be read as YAML. Check the file or its path.", "params"
        ) from None
    for change in changes:
        _apply(fields, change)
    try:
        return Params.model_validate(fields)
    except ValidationError as error:
        raise SettingsError(
            f"These parameters can't work: {faults(error)}. Change them and try again.", "params"
        ) from None


def faults(error: ValidationError) -> str:
    """Every field that can't be as it was given, with the reason."""
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())


def _apply(fields: Any, change: str) -> None:
    path, equals, value = change.partition("=")
    section, dot, name = path.partition(".")
    wrong = SettingsError(f'"{change}" is no change of a parameter. Write it like training.seed=1.', "params")
    if not (equals and dot and isinstance(fields, dict) and isinstance(fields.setdefault(section, {}), dict)):
        raise wrong
    try:
        fields[section][name] = yaml.safe_load(value)
    except yaml.YAMLError:
        raise wrong from None
