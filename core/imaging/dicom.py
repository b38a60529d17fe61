"""DICOM to slices. The only user of pydicom; headers are read for pixels and geometry alone.

What leaves this module is a Scan, built from numbers: no name, id, date or private tag of the
header can be reached from it.
"""

import logging
import warnings
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import BytesIO
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

from core.config.settings import Limits
from core.domain import Scan
from core.errors import InputError, LimitError, StudioError
from core.imaging import dicom_geometry as geometry
from core.imaging import dicom_values as values
from core.imaging import header

DEFLATED = b"1.2.840.10008.1.2.1.99"
MOST_TILES = 65_535  # ITU T.800, A.4.2
# One decoder for each compression: the one that stood thousands of damaged files. gdcm aborts the
# process on damaged lossy JPEG, so it gets only what nothing else reads, lossless JPEG.
_LOSSLESS_JPEG = frozenset({"1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"})
_DECODERS: Mapping[str, str] = MappingProxyType(
    {
        "1.2.840.10008.1.2.5": "pydicom",
        "1.2.840.10008.1.2.4.50": "pillow",
        "1.2.840.10008.1.2.4.51": "pillow",
        "1.2.840.10008.1.2.4.80": "pyjpegls",
        "1.2.840.10008.1.2.4.81": "pyjpegls",
        "1.2.840.10008.1.2.4.90": "pylibjpeg",
        "1.2.840.10008.1.2.4.91": "pylibjpeg",
        "1.2.840.10008.1.2.4.201": "pylibjpeg",
        "1.2.840.10008.1.2.4.202": "pylibjpeg",
        "1.2.840.10008.1.2.4.203": "pylibjpeg",
        **dict.fromkeys(_LOSSLESS_JPEG, "gdcm"),
    }
)


@lru_cache(maxsize=1)
def _pydicom() -> Any:
    """Import pydicom, silenced: its warnings quote the header, and names must not reach a log."""
    import pydicom
    from pydicom import config

    config.settings.reading_validation_mode = config.IGNORE
    warnings.filterwarnings("ignore", module="pydicom")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
    return pydicom


def decode(data: bytes, name: str, digest: str, limits: Limits) -> list[Scan]:
    """Decode a DICOM file's frames.

    Args:
        data: The file, with or without preamble.
        name: Its display name.
        digest: SHA-256 of its bytes; frames of a multi-frame file get ``#frame`` added.
        limits: Caps, checked before pixels are decoded.

    Raises:
        InputError: It has no grey pixels that can be read.
        LimitError: It has too many pixels or frames.
    """
    if DEFLATED in data:
        raise _unsupported(name, "deflated")
    try:
        header_set = _pydicom().dcmread(BytesIO(data), force=True)
        _check(header_set, name, limits)
        return list(_scans(header_set, name, digest))
    except StudioError:
        raise
    except MemoryError:
        raise LimitError(f"{name} needs more memory than there is. Send fewer frames.", "too-large") from None
    except Exception:
        # A damaged header can fail in any way inside pydicom or a decoder, and the text may quote it.
        raise InputError(
            f"{name} is a damaged DICOM file. Export it again from the PACS.", "damaged"
        ) from None


def headers(data: bytes) -> Any:
    """A file's header without its pixels, for `core.imaging.dicom_source`: nobody else may see one."""
    return _pydicom().dcmread(BytesIO(data), force=True, stop_before_pixels=True)


def _check(ds: Any, name: str, limits: Limits) -> None:
    if "PixelData" not in ds:
        raise InputError(
            f"{name} is a DICOM file without a picture: a report, a plan, or cut short. "
            "Send the image series.",
            "no-pixels",
        )
    photometric = str(ds.get("PhotometricInterpretation", "")).strip()
    if photometric not in ("MONOCHROME1", "MONOCHROME2") or int(ds.get("SamplesPerPixel", 1)) != 1:
        kind = "PALETTE COLOR" if photometric.startswith("PALETTE") else photometric[:20] or "unknown"
        raise InputError(
            f"{name} is a colour DICOM ({kind}); CT slices are grey. Send the original series.",
            "colour-dicom",
        )
    rows, columns, frames = int(ds.Rows), int(ds.Columns), geometry.frame_count(ds)
    if rows < 1 or columns < 1:
        raise InputError(f"{name} has no pixels. Send the image series.", "no-pixels")
    if rows * columns > limits.pixels:
        raise LimitError(
            f"{name} is {columns} x {rows} pixels; at most {limits.pixels:,} are read. Send a smaller one.",
            "too-many-pixels",
        )
    if frames > limits.frames or (frames > 1 and rows * columns * frames * 4 > limits.batch_bytes):
        raise LimitError(f"{name} has {frames} frames, which is too many. Split it.", "too-many-frames")
    if int(ds.BitsAllocated) not in (8, 16):
        raise InputError(
            f"{name} has {int(ds.BitsAllocated)} bits a pixel; 8 and 16 are read. Export it as 16-bit.",
            "unsupported",
        )


def _scans(ds: Any, name: str, digest: str) -> Iterator[Scan]:
    frames = geometry.frame_count(ds)
    for index, stored in enumerate(_frames(ds, name, frames)):
        own = f"{digest}#{index + 1}" if frames > 1 else digest
        yield values.scan(ds, index, stored, name, own)


def _frames(ds: Any, name: str, frames: int) -> Iterator[NDArray[Any]]:
    from pydicom.pixels import get_decoder

    syntax = ds.file_meta.get("TransferSyntaxUID") if "file_meta" in ds.__dict__ else None
    syntax = syntax or values.assumed_syntax(ds)
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise _unsupported(name, str(getattr(syntax, "name", syntax))[:60]) from None
    plugin = "" if decoder.is_native else _DECODERS.get(str(syntax), "none")
    if (
        decoder.is_native
        and len(ds.PixelData) < int(ds.Rows) * int(ds.Columns) * frames * ds.BitsAllocated // 8
    ):
        raise InputError(f"{name} is cut short: pixels are missing. Copy it again.", "truncated")
    if plugin and plugin not in decoder.available_plugins:
        raise _unsupported(name, str(getattr(syntax, "name", syntax))[:60])
    if plugin:
        _agree(ds, name, frames, syntax in _LOSSLESS_JPEG)
    if frames == 1:
        yield decoder.as_array(ds, index=0, raw=True, decoding_plugin=plugin)[0]
        return
    for pixels, _ in decoder.iter_array(ds, raw=True, decoding_plugin=plugin):
        yield pixels


def _agree(ds: Any, name: str, frames: int, lossless: bool) -> None:
    """Each compressed frame's own header must be what the caps and the decoder were chosen for."""
    from pydicom.encaps import generate_frames

    wanted = (int(ds.Columns), int(ds.Rows), 1)
    for frame in generate_frames(ds.PixelData, number_of_frames=frames):
        facts = _frame_header(frame)
        if facts is None:
            continue
        if facts.lossy and facts.bits > 8:
            raise _unsupported(name, f"JPEG with {facts.bits} bits")
        if not facts.whole:
            raise InputError(
                f"{name} is cut short: its compressed pixels have no end. Copy it again.", "truncated"
            )
        if (facts.width, facts.height, facts.channels) != wanted or (lossless and facts.lossy):
            raise InputError(
                f"{name} is a damaged DICOM file: its header and its pixels differ. Export it again.",
                "damaged",
            )


def _frame_header(frame: bytes) -> header.Header | None:
    """None for run lengths, which have no header of their own."""
    if frame[:2] == b"\xff\xd8":
        return header.jpeg(frame)
    if b"\xff\x4f\xff\x51" not in frame[:2000]:
        return None
    facts = header.jpeg2000(frame)
    if facts.images > MOST_TILES:
        raise header.DamagedError("tiles")
    return facts


def _unsupported(name: str, syntax: str) -> InputError:
    return InputError(
        f"{name} uses the transfer syntax {syntax}, which can't be read here. Export it uncompressed.",
        "unsupported-syntax",
    )
