"""What a model is trained with: params.yaml, typed. The fields themselves: `core.config.sections`."""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from core.config.sections import Augmentation, Data, Declining, Model, Section, Split, Training
from core.config.settings import ROOT
from core.errors import SettingsError

__all__ = [
    "Augmentation", "Data", "Declining", "Model", "Params", "ParamsError", "Split", "Training", "checked",
    "faults", "load",
]  # fmt: skip

FILE = ROOT / "params.yaml"


class Params(Section):
    """params.yaml."""

    data: Data = Field(default_factory=Data)
    split: Split = Field(default_factory=Split)
    model: Model = Field(default_factory=Model)
    augmentation: Augmentation = Field(default_factory=Augmentation)
    training: Training = Field(default_factory=Training)
    declining: Declining = Field(default_factory=Declining)

    @model_validator(mode="after")
    def _together(self) -> Self:
        reasons = list(_clashes(self))
        if reasons:
            raise ValueError("; ".join(reasons))
        return self


class ParamsError(SettingsError):
    """Parameters that can't be.

    Attributes:
        rest: What there is with the wrong ones at their defaults; None where that can't be either.
    """

    def __init__(self, sentence: str, rest: Params | None) -> None:
        super().__init__(sentence, "params")
        self.rest = rest


def load(path: Path = FILE, changes: Sequence[str] = ()) -> Params:
    """Read parameters.

    Args:
        path: A YAML file; what it leaves out has its default.
        changes: ``section.field=value``, the value in YAML.

    Raises:
        SettingsError: The file can't be read.
        ParamsError: A field is unknown, out of its range or at odds with another; all of that is named at
            once.
    """
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise SettingsError(
            f"{path.name} can't be read as YAML. Check the file or its path.", "params"
        ) from None
    for change in changes:
        _apply(fields, change)
    return checked(fields)


def checked(fields: Any) -> Params:
    """Parameters from their fields, by section.

    Raises:
        ParamsError: Some can't be; all of them are named at once.
    """
    try:
        return Params.model_validate(fields)
    except ValidationError as error:
        rest, more = _rest(fields, error)
        reasons = "; ".join([faults(error), *more])
        raise ParamsError(
            f"These parameters can't work: {reasons}. Change them and try again.", rest
        ) from None


def faults(error: ValidationError) -> str:
    """Every field that can't be as it was given, with the reason."""
    return "; ".join(
        f"{'.'.join(map(str, one['loc']))}: {one['msg']}" if one["loc"] else one["msg"].split(", ", 1)[-1]
        for one in error.errors()
    )


def _clashes(params: Params) -> Sequence[str]:
    """Which parameters can't work together, and why."""
    model, training, found = params.model, params.training, []
    tunes = training.fit == "epochs" and training.unfreeze != "none"
    if model.start == "none" and not tunes:
        found.append(
            'model.start "none" gives random weights that never learn with training.unfreeze "none": '
            'set training.unfreeze to "all", or start from others'
        )
    if tunes and training.head_epochs >= training.epochs:
        found.append(
            f"training.head_epochs {training.head_epochs} leaves none of {training.epochs} training.epochs "
            f'for training.unfreeze "{training.unfreeze}": set it below'
        )
    if training.k_fold and params.split.parts:
        found.append("training.k_fold needs folds: set split.parts to null")
    if training.k_fold and training.fit == "regression":
        found.append('training.fit "regression" is cross-validated anyway: set training.k_fold to false')
    if training.mixup and training.balance == "weights":
        found.append(
            "training.mixup blends classes, whose weights then mean nothing: set training.balance to "
            '"sampling" or "none"'
        )
    return found


def _rest(fields: Any, error: ValidationError) -> tuple[Params | None, Sequence[str]]:
    """What there is once the fields named in an error are at their defaults, or what else can't be then."""
    wrong = [one["loc"] for one in error.errors() if one["loc"]]
    if not wrong or not isinstance(fields, dict):
        return None, ()
    rest = deepcopy(fields)
    for section, *name in wrong:
        if name and isinstance(rest.get(section), dict):
            rest[section].pop(name[0], None)
        else:
            rest.pop(section, None)
    try:
        return Params.model_validate(rest), ()
    except ValidationError as other:
        return None, (faults(other),)


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
