"""What is to be made by a training."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Task:
    """A model to be made.

    Attributes:
        name: The model's.
        version: The model's.
        data: The data set's folder, with its manifest.
        out: The bundle's folder; replaced when all is done.
        strangers: Zips of other pictures by name, on which declining is measured.
        external: Per name there: which class the slices with a word in their name have.
    """

    name: str
    version: str
    data: Path
    out: Path
    strangers: Mapping[str, Path] = field(default_factory=dict)
    external: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
