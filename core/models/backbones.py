"""The table of backbones: what each is and what it can start from. Builders: `core.models.networks`.

Pages read it, so it knows no TensorFlow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from core.config.settings import Settings
from core.errors import SettingsError, StudioError
from core.models import bundle, weights

STEP = 32
"""Every backbone halves its input five times at most, so a side is a multiple of it, pixels."""
WORDS = ("studio", "torchvision", "imagenet", "none")
"""Starts that aren't a bundle's folder."""
_GOOGLE = "https://storage.googleapis.com"
_KERAS = f"{_GOOGLE}/tensorflow/keras-applications"


@dataclass(frozen=True, slots=True)
class Backbone:
    """A row.

    Attributes:
        name: What params.yaml and a bundle's card call it.
        title: What a person calls it.
        parameters: Millions of weights, without the head.
        least_size: Side of the smallest input that leaves a feature map of 2 x 2, pixels.
        channels: Of the feature map.
        stride: Pixels of the input to a place of the feature map.
        blocks: How many can learn on their own (`core.models.freezing.block_names`).
        starts: Which of `WORDS` it can have besides ``studio``, which the shipped model settles.
        note: What a person who chooses reads.
        scale: How Keras scaled pictures for its ImageNet weights: ``torch`` by each channel's mean and
            spread, ``tf`` to -1..1, ``caffe`` by each channel's mean, blue first.
        url: Where Keras keeps those weights; empty for none.
        digest: Of that file, hex: MD5, SHA-256 if 64 long, empty where Keras tells none.
    """

    name: str
    title: str
    parameters: float
    least_size: int
    channels: int
    stride: int
    blocks: int
    note: str
    scale: Literal["torch", "tf", "caffe"] = "torch"
    url: str = ""
    digest: str = ""
    starts: tuple[str, ...] = ("imagenet", "none")


_ROWS = (
    Backbone(
        "simple_cnn", "SimpleCNN", 0.07, 32, 192, 16, 5,
        "Small, learns from scratch; a floor to compare with.",
        starts=("none",),
    ),
    Backbone(
        "vgg16", "VGG16", 14.71, 32, 512, 16, 5,
        "Plain, without shortcuts between its layers.",
        "caffe", f"{_KERAS}/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "6d6bbae143d832006294945121d1f1fc",
    ),
    Backbone(
        "resnet50", "ResNet50", 23.59, 64, 2048, 32, 17,
        "The field's usual yardstick.",
        "caffe", f"{_KERAS}/resnet/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "4d473c1dd8becc155b73f8504c6f6626",
    ),
    Backbone(
        "efficientnet_b0", "EfficientNetB0", 4.05, 64, 1280, 32, 17,
        "Depth, width and input scaled together.",
        "torch", f"{_GOOGLE}/keras-applications/efficientnetb0_notop.h5",
        "50bc09e76180e00e4465e1a485ddc09d",
    ),
    Backbone(
        "efficientnet_v2_b0", "EfficientNetV2B0", 5.92, 64, 1280, 32, 22,
        "EfficientNetB0's successor.",
        "torch", f"{_KERAS}/efficientnet_v2/efficientnetv2-b0_notop.h5",
        "893217f2bb855e2983157299931e43ff",
    ),
    Backbone(
        "mobilenet_v2", "MobileNetV2", 2.26, 32, 1856, 16, 18,
        "The shipped model's; its middle beside its end, for small stones and finer heatmaps.",
        "tf", f"{_KERAS}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
        starts=("torchvision", "imagenet", "none"),
    ),
    Backbone(
        "mobilenet_v3", "MobileNetV3 Large", 3.0, 64, 960, 32, 16,
        "MobileNetV2's successor, by its end alone.",
        "tf", f"{_KERAS}/mobilenet_v3/weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5",
        "07fb09a5933dd0c8eaafa16978110389",
    ),
    Backbone(
        "densenet121", "DenseNet121", 7.04, 64, 1024, 32, 59,
        "Common in radiology since CheXNet.",
        "torch", f"{_KERAS}/densenet/densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "30ee3e1110167f948a6b9946edeeb738",
    ),
    Backbone(
        "convnext_tiny", "ConvNeXt Tiny", 27.82, 64, 768, 32, 5,
        "A convolutional network after the pattern of vision transformers.",
        "torch", f"{_KERAS}/convnext/convnext_tiny_notop.h5",
        "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
    ),
)  # fmt: skip

TABLE: Mapping[str, Backbone] = MappingProxyType({row.name: row for row in _ROWS})


def backbone(name: str) -> Backbone:
    """A row of the table.

    Raises:
        SettingsError: There is none of that name.
    """
    if name not in TABLE:
        raise SettingsError(
            f'There is no backbone "{name}". Use one of: {", ".join(TABLE)}.', "unknown-backbone"
        )
    return TABLE[name]


def starts(name: str, settings: Settings) -> tuple[str, ...]:
    """Which of `WORDS` a backbone can start from here; any can from a bundle of its own kind.

    Args:
        name: A row.
        settings: Where the shipped bundle lies.

    Raises:
        SettingsError: There is no such row.
    """
    row = backbone(name)
    return (("studio",) if _shipped(settings) == name else ()) + row.starts


def size_reasons(name: str, size: int) -> list[str]:
    """Why an input's side doesn't fit a row, as sentences; an unknown row's fits all."""
    found = []
    if size % STEP:
        found.append(f"An input of {size} pixels doesn't fit: use a multiple of {STEP}.")
    row = TABLE.get(name)
    if row and size < row.least_size:
        found.append(
            f"An input of {size} pixels leaves {row.title} nothing to look at: use at least {row.least_size}."
        )
    return found


def refusals(name: str, start: str, size: int, settings: Settings) -> list[str]:
    """Why a backbone can't be had with these weights at this size, as sentences; none where it can.

    Args:
        name: Meant as a row's.
        start: One of `WORDS`, or a bundle's folder.
        size: Side of the input, pixels.
        settings: Where the shipped bundle lies.
    """
    try:
        row = backbone(name)
    except SettingsError as error:
        return [error.sentence, *size_reasons(name, size)]
    try:
        reason = _word(row, start, settings) if start in WORDS else _folder(row, start)
    except StudioError as error:
        reason = error.sentence
    return [*([reason] if reason else []), *size_reasons(name, size)]


def _word(row: Backbone, start: str, settings: Settings) -> str:
    """Why a row can't start from one of `WORDS`; empty where it can."""
    possible = starts(row.name, settings)
    if start in possible:
        if start == "torchvision":
            weights.torchvision_mobilenet_v2()
        return ""
    others = f"Use one of: {', '.join(possible)}; or the folder of a bundle with {row.title}."
    if start == "studio":
        # a shipped bundle that is damaged says so itself
        found = bundle.load(settings.shipped_bundle).card.backbone
        return f'{row.title} can\'t start from "studio": the shipped model is a {_title(found)}. {others}'
    return f'There are no "{start}" weights for {row.title}. {others}'


def _folder(row: Backbone, start: str) -> str:
    if not start or not Path(start).is_dir():
        return (
            f'The start "{start}" is none of {", ".join(WORDS)}, and no bundle\'s folder: '
            "use one of them, or an existing folder."
        )
    found = bundle.load(Path(start)).card.backbone
    if found == row.name:
        return ""
    return (
        f'The bundle "{Path(start).name}" is a {_title(found)} and can\'t start a {row.title}: '
        f"set the backbone to {found}, or use another start."
    )


def _shipped(settings: Settings) -> str:
    """The shipped bundle's backbone; empty without one."""
    try:
        return bundle.load(settings.shipped_bundle).card.backbone
    except StudioError:
        return ""


def _title(name: str) -> str:
    return TABLE[name].title if name in TABLE else name
