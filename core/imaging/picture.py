"""JPEG, PNG and TIFF to slices; the header decides before a pixel is decoded."""

from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from core.config.settings import Limits
from core.domain import Scan
from core.errors import InputError, LimitError
from core.imaging import header, tiff_header

TWELVE_BITS = 4095
# Far past any scanner; a line of 40 million pixels passes the pixel cap, but a square around it is dear.
LONGEST_SIDE = 32_767
COLOUR_SIDE = 128
_NOT_LINEAR = "{name} holds 16-bit greys that only reach {most}: they were taken as {bits}-bit."

Array = NDArray[Any]
Number = TypeVar("Number", np.uint8, np.float32)


def decode(data: bytes, kind: str, name: str, digest: str, limits: Limits) -> list[Scan]:
    """Decode a picture; a TIFF's pages become slices.

    Args:
        data: The file.
        kind: ``"JPEG"``, ``"PNG"`` or ``"TIFF"``.
        name: Its display name.
        digest: Of the file's bytes; pages get ``#page`` added.
        limits: The caps.

    Raises:
        InputError: It is damaged, cut short, animated, or of a kind no slice has.
        LimitError: It has too many pixels or pages.
    """
    facts = _facts(data, kind, name, limits)
    _cap(facts, kind, name, limits)
    pages = _pixels(data, kind, facts)
    if facts.inverted:
        # OpenCV follows a TIFF's "0 is white" for 8 bits and forgets it for 16.
        pages = [65535 - page if page.dtype == np.uint16 else page for page in pages]
    if not pages:
        raise InputError(
            f"{name} is a damaged {kind} file: its pixels can't be decoded. Export it again.", "damaged"
        )
    return [
        _scan(page, kind, name, digest if len(pages) == 1 else f"{digest}#{number}", facts.bits)
        for number, page in enumerate(pages, 1)
    ]


def _facts(data: bytes, kind: str, name: str, limits: Limits) -> header.Header:
    try:
        if kind == "TIFF":
            return tiff_header.tiff(data, limits.frames)
        return header.png(data) if kind == "PNG" else header.jpeg(data)
    except header.DamagedError:
        raise InputError(f"{name} is a damaged {kind} file. Export or copy it again.", "damaged") from None


def _cap(facts: header.Header, kind: str, name: str, limits: Limits) -> None:
    if facts.width < 1 or facts.height < 1:
        raise InputError(f"{name} has no pixels. Export it again.", "damaged")
    if facts.width * facts.height > limits.pixels:
        raise LimitError(
            f"{name} is {facts.width} x {facts.height} pixels; at most {limits.pixels:,} are read. "
            "Send a smaller one.",
            "too-many-pixels",
        )
    if max(facts.width, facts.height) > LONGEST_SIDE:
        raise LimitError(
            f"{name} is {facts.width} x {facts.height} pixels, far longer than a slice. Send a whole slice.",
            "too-many-pixels",
        )
    if not facts.whole:
        raise InputError(
            f"{name} is cut short: the end of the {kind} file is missing. Copy it again.", "truncated"
        )
    if facts.images > 1 and kind != "TIFF":
        raise InputError(f"{name} is animated. Send its slices as single pictures or as DICOM.", "animated")
    size = facts.images * facts.width * facts.height * facts.channels * -(-facts.bits // 8)
    if facts.images > limits.frames or (facts.images > 1 and size > limits.batch_bytes):
        raise LimitError(
            f"{name} has {facts.images} or more pages, which is too many. Split it.", "too-many-frames"
        )
    if facts.channels > 4 or (kind == "JPEG" and facts.bits != 8):
        raise InputError(
            f"{name} has {facts.channels} channels of {facts.bits} bits, which no CT picture has. "
            "Export it as PNG.",
            "unsupported",
        )


def _pixels(data: bytes, kind: str, facts: header.Header) -> list[Array]:
    raw = np.frombuffer(data, np.uint8)
    try:
        if facts.images > 1:
            return list(cv2.imdecodemulti(raw, cv2.IMREAD_UNCHANGED)[1])
        # IMREAD_UNCHANGED ignores the orientation that a camera or phone writes into a JPEG.
        colour = cv2.IMREAD_COLOR if facts.channels > 1 else cv2.IMREAD_GRAYSCALE
        image = cv2.imdecode(raw, colour if kind == "JPEG" else cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return []
    return [] if image is None else [image]


def _scan(image: Array, kind: str, name: str, digest: str, bits: int) -> Scan:
    if image.dtype in (np.uint8, np.uint16):
        eight, warnings = _to_bytes(image, name)
        colour, flat = (saturation(eight), _flatten(eight)) if eight.ndim == 3 else (0.0, eight)
        return Scan(_sealed(flat), "grey", name, digest, kind, bits, colour, warnings=warnings)
    if image.ndim != 2:
        raise InputError(
            f"{name} holds colours as numbers of {bits} bits. Export it as 8-bit PNG.", "unsupported"
        )
    return _from_numbers(image.astype(np.float32), kind, name, digest, bits)


def _from_numbers(values: NDArray[np.float32], kind: str, name: str, digest: str, bits: int) -> Scan:
    if not np.isfinite(values).all():
        raise InputError(
            f"{name} has values that are no numbers (NaN or infinite). Export it again.", "not-finite"
        )
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 255:
        factor = 255.0 if high <= 1 else 1.0
        grey = np.rint(values * factor).astype(np.uint8)
        return Scan(_sealed(grey), "grey", name, digest, kind, bits)
    told = f"{name} holds numbers from {low:.0f} to {high:.0f}: they were taken as Hounsfield units."
    return Scan(_sealed(values), "HU", name, digest, kind, bits, warnings=(told,))


def _to_bytes(image: Array, name: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    if image.dtype == np.uint8:
        return image.astype(np.uint8, copy=False), ()
    most = int(image.max())
    if most > TWELVE_BITS and not (image & 255).any():
        # Some writers fill only the upper byte.
        return (image >> 8).astype(np.uint8), ()
    if most > TWELVE_BITS:
        return cv2.convertScaleAbs(image, alpha=1 / 257), ()
    bits = 8 if most <= 255 else 12
    eight = cv2.convertScaleAbs(image, alpha=1.0 if bits == 8 else 255 / TWELVE_BITS)
    return eight, (_NOT_LINEAR.format(name=name, most=most, bits=bits),)


def _flatten(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colour to grey, alpha over black; a picture that is nowhere opaque keeps its colours."""
    if image.shape[2] == 2:
        grey, alpha = image[..., 0], image[..., 1]
    elif image.shape[2] == 4:
        grey, alpha = cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY), image[..., 3]
    else:
        grey, alpha = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), None
    if alpha is not None and alpha.min() < 255 and alpha.max() > 0:
        grey = cv2.multiply(grey, alpha, scale=1 / 255)
    return np.asarray(grey)


def saturation(image: NDArray[np.uint8]) -> float:
    """How colourful a picture is.

    Sum of (max - min) over sum of max of the channels: the mean HSV saturation weighted by
    brightness, because JPEG noise makes near-black pixels look saturated.

    Args:
        image: (H, W, 2 to 4) uint8; alpha is not looked at.

    Returns:
        0 (grey) to 1.
    """
    if image.shape[2] == 2:
        return 0.0
    step = max(1, max(image.shape[:2]) // COLOUR_SIDE)
    few = image[::step, ::step, :3]
    high, low = few.max(axis=2), few.min(axis=2)
    total = int(high.sum(dtype=np.int64))
    return float((total - int(low.sum(dtype=np.int64))) / total) if total else 0.0


def _sealed(pixels: NDArray[Number]) -> NDArray[Number]:
    pixels.flags.writeable = False
    return pixels
