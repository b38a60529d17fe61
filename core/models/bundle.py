"""A model as a folder: weights, export, labels, preprocessing, calibration, measurements.

Nothing about a model is known anywhere else: labels, image size and thresholds are read here.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.domain import ModelRef
from core.errors import BundleError
from core.imaging.preprocess import PreprocessSpec

FORMAT = 1
CARD = "bundle.json"
KERAS, LITERT, REFERENCE = "model.keras", "model.tflite", "reference.npz"


class Thresholds(BaseModel):
    """When an answer is declined."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unsure: float = Field(ge=0, le=1, description="declined when the top probability is below")
    distance: float = Field(gt=0, description="declined as not CT above this feature distance")


class Card(BaseModel):
    """bundle.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    name: str
    version: str
    created: str = Field(description="UTC, ISO 8601")
    labels: tuple[str, ...] = Field(min_length=2)
    preprocess: PreprocessSpec
    backbone: str
    layer: str = Field(description="layer whose feature map feeds the head; the explained one")
    temperature: float = Field(gt=0, description="logits are divided by it before softmax")
    thresholds: Thresholds
    metrics: dict[str, Any] = Field(description="measured figures, each under the split it is from")
    data: dict[str, Any] = Field(description="name, manifest digest, counts of slices and groups")
    code_revision: str
    files: dict[str, str] = Field(description="SHA-256 of every other file in the bundle")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified bundle on disk."""

    path: Path
    card: Card
    digest: str

    @property
    def ref(self) -> ModelRef:
        return ModelRef(self.card.name, self.card.version, self.digest)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def load(path: Path) -> Bundle:
    """Read and verify a bundle.

    Args:
        path: The bundle's folder.

    Raises:
        BundleError: It is missing, damaged, or of a newer format.
    """
    card_path = path / CARD
    try:
        raw = card_path.read_bytes()
        fields = json.loads(raw)
    except FileNotFoundError:
        raise BundleError(
            f'There is no model bundle in "{path.name}": {CARD} is missing. Restore it, run `make model`, '
            "or name another one.",
            "bundle-missing",
        ) from None
    except (OSError, ValueError):
        raise damaged(path, f"{CARD} can't be read") from None
    found = fields.get("format") if isinstance(fields, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise BundleError(
            f'The model bundle "{path.name}" has format {found}; this version reads up to {FORMAT}. '
            "Update the app or use an older bundle.",
            "bundle-newer",
        )
    try:
        card = Card.model_validate(fields)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or CARD
        raise damaged(path, f"{where} in {CARD} is not valid") from None
    _verify(path, card)
    return Bundle(path, card, hashlib.sha256(raw).hexdigest())


def write_card(path: Path, card: Card) -> Bundle:
    """Seal a bundle whose other files are already in place; bundle.json comes last, atomically."""
    names = [KERAS, LITERT, REFERENCE]
    sealed = card.model_copy(update={"files": {name: file_digest(path / name) for name in names}})
    text = json.dumps(sealed.model_dump(mode="json"), indent=2, sort_keys=True) + "\n"
    part = path / (CARD + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path / CARD)
    return load(path)


def _verify(path: Path, card: Card) -> None:
    for name in (KERAS, LITERT, REFERENCE):
        expected = card.files.get(name)
        if not (path / name).is_file():
            raise damaged(path, f"{name} is missing")
        if file_digest(path / name) != expected:
            raise damaged(path, f"{name} is not the file it was sealed with")


def damaged(path: Path, what: str) -> BundleError:
    """The error for a bundle that can't be used as it is.

    Args:
        path: The bundle's folder.
        what: What is wrong with it.
    """
    return BundleError(
        f'The model bundle "{path.name}" is damaged: {what}. Restore it or use another one.', "bundle-damaged"
    )
