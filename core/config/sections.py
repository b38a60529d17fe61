"""The parameters of a recipe: every field with its meaning, unit, range and default, and nowhere else.

The Train page's form, docs/parameters.md and ``--set`` are made from these fields (`core.config.fields`).
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Group = Literal["Data", "Model", "How long", "Augmentation", "Advanced"]
"""What a person decides together; the page's form has these parts."""


def _field(
    default: Any, meaning: str, group: Group = "Advanced", unit: str = "", *, label: str = "", **limits: Any
) -> Any:
    """A field; it has a label where its name alone doesn't read well beside a widget."""
    return Field(
        default,
        description=meaning,
        json_schema_extra={"group": group, "unit": unit, "label": label},
        **limits,
    )


class Section(BaseModel):
    """Part of params.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Data(Section):
    """What the pipeline works on."""

    name: str = _field("synthetic", "what the data set is called")
    source: str = _field("synthetic", "a folder, a .zip, an address, a Drive id, or a preset")
    preset: str = _field("", "task whose class rule is used, of core/data/presets.yaml")


class Split(Section):
    """How slices are dealt into folds, or into train, val and test."""

    strategy: Literal["grouped", "random"] = _field(
        "grouped", "whole patient blocks; or single slices, which leaks", "Data"
    )
    folds: int = _field(5, "parts that whole patient blocks are dealt into", "Data", ge=2, le=20)
    parts: tuple[float, float, float] | None = _field(
        None, "shares of train, val and test, in place of folds"
    )
    seed: int = _field(0, "settles which block goes where", ge=0)
    dealings: int = _field(
        5,
        "times that blocks are dealt into folds for a figure, to even out luck; of a regression",
        ge=1,
        le=50,
        label="Repeats of the split",
    )
    hold_out: bool = _field(
        True,
        "keep the first fold out of the final head, for `evaluate`; of a regression",
        label="Hold out a fold",
    )

    @field_validator("parts")
    @classmethod
    def _whole(cls, parts: tuple[float, float, float] | None) -> tuple[float, float, float] | None:
        if parts and (min(parts) <= 0 or abs(sum(parts) - 1) > 1e-6):
            raise ValueError("shares of train, val and test must be above 0 and add up to 1")
        return parts


class Model(Section):
    """The network in front of the head."""

    backbone: str = _field("mobilenet_v2", "a row of core.models.backbones", "Model")
    start: str = _field(
        "studio",
        "starting weights: studio (the shipped model's backbone), imagenet (Keras download), torchvision "
        "(the installed wheel), none (random), or a bundle's folder",
        "Model",
        label="Start from",
    )
    size: int = _field(
        320, "side of the input", "Model", "pixels", ge=32, le=1024, multiple_of=32, label="Input size"
    )
    crop_body: bool = _field(True, "cut slices to the body first", "Model", label="Crop to the body")
    clahe_clip: float = _field(
        4.0, "contrast equalisation's clip limit; 0 is none", "Model", ge=0, le=40, label="CLAHE clip limit"
    )
    dropout: float = _field(0.2, "share of pooled features dropped while the head learns", ge=0, lt=1)


class Augmentation(Section):
    """How copies of training slices are changed; each is drawn up to its strength, 0 leaves it out."""

    copies: int = _field(
        2,
        "changed copies of each slice to learn from while the backbone is frozen",
        "Augmentation",
        ge=0,
        le=16,
        label="Copies of each slice",
    )
    rotation: float = _field(10.0, "turned to either side", "Augmentation", "degrees", ge=0, le=45)
    shift: float = _field(0.05, "moved in each direction", "Augmentation", "of the side", ge=0, le=0.5)
    zoom: float = _field(0.1, "made larger or smaller", "Augmentation", "of the size", ge=0, le=0.5)
    mirror: float = _field(
        0.0,
        "chance that left and right change places",
        "Augmentation",
        ge=0,
        le=1,
        label="Chance of mirroring",
    )
    brightness: float = _field(0.1, "made brighter or darker", "Augmentation", "of the range", ge=0, le=0.5)
    contrast: float = _field(0.2, "contrast raised or lowered", "Augmentation", "of itself", ge=0, le=0.9)
    equalise: float = _field(
        0.3,
        "chance of an equalised contrast, as public copies of CT sets have it",
        "Augmentation",
        ge=0,
        le=1,
        label="Chance of equalising",
    )
    noise: float = _field(0.0, "grain added, its spread", "Augmentation", "of the range", ge=0, le=0.2)
    blur: float = _field(0.0, "smoothed, the Gaussian's sigma", "Augmentation", "pixels", ge=0, le=5)


class Training(Section):
    """What learns, from what, and for how long."""

    fit: Literal["epochs", "regression"] = _field(
        "epochs",
        "in epochs, by gradient, which can also tune the backbone; or the head at once, as a softmax "
        "regression on frozen features, with figures of a repeated cross-validation",
        label="Way to learn",
    )
    seed: int = _field(0, "of every random draw", ge=0)
    every: int = _field(
        3,
        "every nth slice of a series; neighbours tell little new",
        "Data",
        "slices",
        ge=1,
        le=50,
        label="Step within a series",
    )
    extra_sources: bool = _field(
        True, "also learn from slices that only later sources have", label="Slices of later sources"
    )
    balance: Literal["none", "weights", "sampling"] = _field(
        "weights",
        "make up for rare classes: by the weight of their loss, or by drawing them more often",
        "Data",
        label="Class balance",
    )
    epochs: int = _field(20, "times through all training slices", "How long", ge=1, le=1000)
    unfreeze: Literal["none", "top", "all"] = _field(
        "none",
        "what of the backbone learns beside the head: nothing, its last blocks, or all",
        "Model",
        label="Tune the backbone",
    )
    top_blocks: int = _field(
        1,
        "how many last blocks learn, where `unfreeze` is top",
        "Model",
        ge=1,
        le=50,
        label="Last blocks to tune",
    )
    head_epochs: int = _field(
        5,
        "of the epochs, first so many with the whole backbone frozen, on features computed once",
        "How long",
        ge=0,
        le=1000,
        label="Head-only epochs",
    )
    patience: int = _field(
        8,
        "stop after so many epochs without a better validation; 0 never stops early",
        "How long",
        "epochs",
        ge=0,
        le=1000,
    )
    monitor: Literal["loss", "macro_f1"] = _field(
        "loss", "what of the validation tells the best epoch", label="Best epoch by"
    )
    batch: int = _field(32, "slices a step", "How long", ge=1, le=1024, label="Batch size")
    optimizer: Literal["adam", "adamw", "sgd", "rmsprop"] = _field("adamw", "how steps are taken")
    learning_rate: float = _field(
        1e-3,
        "size of a step while the backbone is frozen",
        gt=0,
        le=10,
    )
    tuning_rate: float = _field(
        3e-5, "size of a step once blocks of the backbone learn", gt=0, le=10, label="Learning rate, tuning"
    )
    schedule: Literal["constant", "cosine", "step", "plateau"] = _field(
        "cosine",
        "learning rate over a phase: the same; falling to 0 along a cosine; a tenth after each third; or "
        "a half where the validation gets no better",
        label="Learning rate schedule",
    )
    warmup: float = _field(
        0.0, "share of a phase in which the learning rate rises from 0", ge=0, le=0.5, label="Warm-up"
    )
    weight_decay: float = _field(1e-4, "pull of weights towards 0, by adamw and sgd", ge=0, le=1)
    clip_norm: float = _field(
        1.0, "longest gradient of a step; 0 for any", ge=0, le=1000, label="Gradient clip norm"
    )
    label_smoothing: float = _field(0.0, "share of a label given to all classes alike", ge=0, le=0.5)
    mixup: float = _field(0.0, "alpha of mixup (Zhang et al. 2018, arXiv:1710.09412); 0 is none", ge=0, le=5)
    mixed_precision: bool = _field(False, "tune in bfloat16 where it can; slower on most CPUs")
    k_fold: bool = _field(
        False,
        "each fold is tested once, by a model of its own; figures over all",
        "How long",
        label="K-fold: test every fold",
    )
    random_too: bool = _field(
        False,
        "train a second time on slices dealt at random, to show what leaks",
        "How long",
        label="Random split too (leaks)",
    )
    variants: tuple[str, ...] = _field(
        ("contrast", "moved", "contrast_moved"),
        "changed copies of a regression, rows of core.training.inputs.variants",
        label="Changed copies",
    )
    inverse_penalty: float = _field(
        2e-3, "C of a regression's L2 penalty", gt=0, le=1e3, label="Inverse L2 penalty"
    )
    nuisance_floor: float = _field(
        0.1,
        "of a regression: smaller shrinks more what changes between copies",
        unit="feature variances",
        gt=0,
        le=100,
    )
    dimensions: int = _field(
        256, "main feature directions that a regression may use", ge=2, le=4096, label="Feature directions"
    )


class Declining(Section):
    """When a slice gets no answer."""

    answered: float = _field(
        0.8, "share of held-out slices sure enough for an answer", gt=0, le=1, label="Share answered"
    )
    refused: float = _field(
        0.03, "share of held-out slices refused as not CT", ge=0, lt=0.5, label="Share refused as not CT"
    )
    dimensions: int = _field(
        128, "main directions of the feature distance", ge=1, le=1024, label="Distance directions"
    )
