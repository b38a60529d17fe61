"""The table of backbones: what each is and what it can start from. Builders: `core.models.networks`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.config.settings import Settings
from core.errors import SettingsError

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class Backbone:
    """A row.

    Attributes:
        name: What params.yaml and a bundle's card call it.
        title: What a person calls it.
        mean: Per RGB channel of a picture 0..1, subtracted before the network.
        std: Per channel, divided by.
    """

    name: str
    title: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


TABLE: Mapping[str, Backbone] = MappingProxyType(
    {"mobilenet_v2": Backbone("mobilenet_v2", "MobileNetV2", IMAGENET_MEAN, IMAGENET_STD)}
)


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


def refusals(name: str, start: str, size: int, settings: Settings) -> list[str]:
    """Why a backbone can't be had with these weights at this size, as sentences; none where it can."""
    del start, size, settings
    try:
        backbone(name)
    except SettingsError as error:
        return [error.sentence]
    return []
