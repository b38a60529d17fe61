"""A DICOM frame's stored values to Hounsfield units, or to grey where they aren't CT."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain import Scan, Window
from core.errors import InputError
from core.imaging import dicom_geometry as geometry
from core.imaging import window

AIR = -1000.0
PADDING = -1024.0
_TRANSFORM, _VOI = "PixelValueTransformationSequence", "FrameVOILUTSequence"


def scan(ds: Any, index: int, stored: NDArray[Any], name: str, digest: str) -> Scan:
    """Build the slice of one frame from numbers alone.

    Raises:
        InputError: Values aren't finite after the rescale.
    """
    told: list[str] = []
    slope, intercept, rescaled = _rescale(ds, index, name)
    modality = "".join(char for char in str(ds.get("Modality", "") or "") if char.isalnum())[:8].upper()
    is_ct = modality == "CT" or (not modality and rescaled)
    if modality not in ("", "CT"):
        told.append(f"{name} says that it is {modality}, not CT.")
    if is_ct and not rescaled:
        told.append(f"{name} has no rescale slope and intercept: its values were taken as Hounsfield units.")
    with np.errstate(all="ignore"):
        hu = stored.astype(np.float32) * np.float32(slope) + np.float32(intercept)
    if not np.isfinite(hu).all():
        raise InputError(
            f"{name} has values that are no numbers (NaN or infinite). Export it again.", "not-finite"
        )
    inverted = str(ds.PhotometricInterpretation).strip() == "MONOCHROME1"
    shown = _window(ds, index, name, told)
    if is_ct:
        hu = _upright(hu, ds, slope, intercept) if inverted else hu
        hu = _pad(hu, stored, ds)
    else:
        hu, shown = _grey(hu, shown, inverted), None
    hu.flags.writeable = False
    return Scan(
        hu,
        "HU" if is_ct else "grey",
        name,
        digest,
        "DICOM",
        int(ds.get("BitsStored", ds.BitsAllocated)),
        window=shown,
        spacing=geometry.spacing(ds, index),
        series=geometry.series(ds),
        patient=geometry.patient(ds),
        position=geometry.position(ds, index),
        warnings=tuple(told),
        modality=modality or None,
    )


def assumed_syntax(ds: Any) -> str:
    """The uncompressed transfer syntax that pydicom read a file without meta header by."""
    implicit, little = ds.original_encoding
    if implicit:
        return "1.2.840.10008.1.2"
    return "1.2.840.10008.1.2.1" if little in (True, None) else "1.2.840.10008.1.2.2"


def _rescale(ds: Any, index: int, name: str) -> tuple[float, float, bool]:
    slope = geometry.look_up(ds, index, _TRANSFORM, "RescaleSlope")
    intercept = geometry.look_up(ds, index, _TRANSFORM, "RescaleIntercept")
    if slope is None and intercept is None:
        return 1.0, 0.0, False
    pair = geometry.numbers((1.0 if slope is None else slope, 0.0 if intercept is None else intercept), 2)
    if pair is None or pair[0] == 0:
        raise InputError(
            f"{name} has a rescale slope or intercept that is no number (NaN?). Export it again.",
            "not-finite",
        )
    return pair[0], pair[1], True


def _window(ds: Any, index: int, name: str, told: list[str]) -> Window | None:
    pair = [geometry.look_up(ds, index, _VOI, key) for key in ("WindowCenter", "WindowWidth")]
    if None in pair:
        return None
    # Several windows are alternatives; the first is the one meant for opening (PS3.3 C.11.2.1.2).
    first = [value if isinstance(value, str | float | int) else next(iter(value), None) for value in pair]
    found = geometry.numbers(first, 2)
    if found is None or found[1] < 1:
        told.append(f"{name} has a display window that makes no sense: the abdomen's is used.")
        return None
    return Window(*found)


def _upright(hu: NDArray[np.float32], ds: Any, slope: float, intercept: float) -> NDArray[np.float32]:
    """Hounsfield units of a MONOCHROME1 slice.

    MONOCHROME1 only says that low values are drawn white. Real Hounsfield units stay what they
    are (bone is high however it is drawn, and the model and every preset count on that). But some
    exports store the negative instead, so that bone is low; those show air, which surrounds a
    body, brighter than the rest, and are turned back: about the range of the stored bits or about
    the values' own range, whichever brings the air nearest to -1000 HU.
    """
    edge = float(np.median(np.concatenate([hu[0], hu[-1], hu[:, 0], hu[:, -1]])))
    if edge <= float(hu.mean()):
        return hu
    bits = int(ds.get("BitsStored", ds.BitsAllocated))
    full = -1.0 if int(ds.get("PixelRepresentation", 0)) else float(2**bits - 1)
    sums = (full * slope + 2 * intercept, float(hu.min()) + float(hu.max()))
    return np.float32(min(sums, key=lambda total: abs(total - edge - AIR))) - hu


def _pad(hu: NDArray[np.float32], stored: NDArray[Any], ds: Any) -> NDArray[np.float32]:
    """Pixels outside the scanner's circle are air, whatever number marks them."""
    padding = geometry.numbers([ds.get("PixelPaddingValue")], 1)
    if padding is None:
        return hu
    limit = geometry.numbers([ds.get("PixelPaddingRangeLimit")], 1) or padding
    low, high = sorted((padding[0], limit[0]))
    hu[(stored >= low) & (stored <= high)] = PADDING
    return hu


def _grey(raw: NDArray[np.float32], shown: Window | None, inverted: bool) -> NDArray[Any]:
    """Values without a physical unit: the header's window, else all of their range."""
    low, high = float(raw.min()), float(raw.max())
    whole = Window((low + high) / 2 + 0.5, max(1.0, high - low + 1.0))
    grey = window.apply(raw, shown or whole)
    return 255 - grey if inverted else grey
