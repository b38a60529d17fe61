"""Reads a data set's slices the way a model will see them later."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.config.settings import Limits
from core.domain import Scan
from core.imaging.decode import decode
from core.imaging.preprocess import PreprocessSpec, model_grey


def scan(path: Path, limits: Limits) -> Scan:
    """The first slice in a file.

    Args:
        path: The file.
        limits: Caps on what is decoded.

    Raises:
        InputError: It can't be decoded.
    """
    return decode(path.read_bytes(), path.name, limits)[0]


def grey(path: Path, spec: PreprocessSpec, limits: Limits) -> NDArray[np.uint8]:
    """(H, W) uint8, in the model's window.

    Args:
        path: The file.
        spec: The model's preprocessing; its window is used for DICOM.
        limits: Caps on what is decoded.

    Raises:
        InputError: It can't be decoded.
    """
    return model_grey(scan(path, limits), spec)
