"""Pictures that are no slices of the data set: what must be refused, and CT of other hospitals."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.config.settings import Settings
from core.domain import Scan
from core.imaging import quality
from core.imaging.intake import Refused, slices
from core.imaging.preprocess import model_grey, prepare
from core.training.inputs.features import Extractor

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Strangers:
    """Pictures from elsewhere, as a predictor meets them.

    Attributes:
        names: As in their zip.
        features: (M, C) pooled.
        refused: (M,) True where the image checks alone refuse it.
    """

    names: tuple[str, ...]
    features: Floats
    refused: NDArray[np.bool_]

    def some(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """(M,) True where a name has all the words."""
        return np.array([all(word in name for word in words) for name in self.names], bool)


def read(archive: Path, extractor: Extractor, settings: Settings, but: str = "/masks/") -> Strangers:
    """Decode, check and measure every picture of a zip; files that can't be decoded are passed over.

    Args:
        archive: The zip.
        extractor: Of the network.
        settings: Caps on what is decoded.
        but: Names that have this are left out.
    """
    names, squares, refused = [], [], []
    with zipfile.ZipFile(archive) as packed:
        members = [name for name in packed.namelist() if not name.endswith("/") and but not in name]
        for name in sorted(members):
            for item in slices([(name, packed.read(name))], settings.limits):
                if isinstance(item, Refused):
                    continue
                square, found = _seen(item, extractor)
                names.append(name)
                squares.append(square)
                refused.append(found)
    features = extractor.squares(squares)
    return Strangers(tuple(names), features, np.array(refused, bool))


def _seen(scan: Scan, extractor: Extractor) -> tuple[NDArray[np.uint8], bool]:
    """The model's input, and whether the image checks refuse the picture."""
    grey = model_grey(scan, extractor.spec)
    square, _ = prepare(grey, extractor.spec)
    return square, bool(quality.check(grey, scan))
