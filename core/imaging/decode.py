"""Bytes to slices, by what the bytes are and never by what the file is called."""

import hashlib

from core.config.settings import MB, Limits
from core.domain import Scan
from core.errors import InputError, LimitError
from core.imaging import dicom, picture
from core.imaging.names import display
from core.imaging.signature import kind

_USE = "Use DICOM, PNG, JPEG or TIFF"


def decode(data: bytes, name: str, limits: Limits) -> list[Scan]:
    """Decode one file.

    Args:
        data: The file's bytes.
        name: What the person called it; only shown, never used to tell what it is.
        limits: Caps, checked before pixels are decoded.

    Returns:
        Its slices: one, or as many as a multi-frame DICOM or multi-page TIFF has.

    Raises:
        InputError: It isn't a slice that can be read.
        LimitError: It passes a cap.
    """
    shown = display(name)
    if not data:
        raise InputError(f"{shown} is empty (0 bytes). Copy or export it again.", "empty")
    if len(data) > limits.file_bytes:
        raise LimitError(
            f"{shown} has {len(data) / MB:.1f} MB; at most {limits.file_bytes / MB:.1f} MB are read. "
            "Send a smaller file.",
            "too-large",
        )
    found = kind(data)
    if found in ("PNG", "JPEG", "TIFF"):
        return picture.decode(data, found, shown, hashlib.sha256(data).hexdigest(), limits)
    if found == "DICOM":
        return dicom.decode(data, shown, hashlib.sha256(data).hexdigest(), limits)
    raise _refusal(found, shown)


def _refusal(found: str, shown: str) -> InputError:
    if found == "unknown":
        return InputError(f"{shown} is not a picture or DICOM file that can be read. {_USE}.", "unreadable")
    if found == "zip":
        return InputError(
            f"{shown} is a zip archive where a single slice was expected. Send its files.", "unsupported"
        )
    if found in ("text", "HTML"):
        return InputError(
            f"{shown} holds text, not a picture, whatever its name says. {_USE}.", "unsupported"
        )
    return InputError(f"{shown} is a {found} file, which can't be read here. {_USE} instead.", "unsupported")
