"""Bytes to slices, by what the bytes are and never by what the file is called."""

import hashlib

import cv2
import numpy as np

from core.config.settings import Limits
from core.domain import Scan
from core.errors import InputError, LimitError

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"


def decode(data: bytes, name: str, limits: Limits) -> list[Scan]:
    """Decode one file.

    Raises:
        InputError: It isn't a slice that can be read.
    """
    if len(data) > limits.file_bytes:
        raise LimitError(f"{name} is too large. Send a smaller file.", "too-large")
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    if image is None:
        raise InputError(
            f"{name} is not a picture that can be read. Use JPEG, PNG, TIFF or DICOM.", "unreadable"
        )
    image.flags.writeable = False
    kind = "PNG" if data.startswith(PNG) else "JPEG"
    return [Scan(image, "grey", name, hashlib.sha256(data).hexdigest(), kind)]
