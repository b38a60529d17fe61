"""Tasks as data: presets.yaml, typed."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from core.errors import DataError

FILE = Path(__file__).with_name("presets.yaml")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Drive(_Strict):
    """A public file on Google Drive."""

    kind: Literal["drive"]
    id: str


class Manual(_Strict):
    """A zip that a person has to get."""

    kind: Literal["manual"]
    say: str


class Drawn(_Strict):
    """Pictures that this app draws."""

    kind: Literal["drawn"]


class Preset(_Strict):
    """A task.

    Attributes:
        name: Its key.
        title: One line for a person.
        classes: In the order that is shown.
        folders: Class by folder name or pattern.
        source: Where the pictures come from.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    folders: dict[str, str] = {}
    source: Annotated[Drive | Manual | Drawn, Field(discriminator="kind")]

    @property
    def rule(self) -> dict[str, str]:
        """Class by folder name or pattern."""
        return self.folders or {label: label for label in self.classes}


@lru_cache(maxsize=1)
def table() -> Mapping[str, Preset]:
    """Every preset by name."""
    fields = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    named = {name: {"name": name, **one} for name, one in fields.items()}
    return MappingProxyType(TypeAdapter(dict[str, Preset]).validate_python(named))


def preset(name: str) -> Preset:
    """One of them.

    Raises:
        DataError: There is none of that name.
    """
    if name not in table():
        raise DataError(f'There is no preset "{name}". Use one of: {", ".join(table())}.', "unknown-preset")
    return table()[name]
