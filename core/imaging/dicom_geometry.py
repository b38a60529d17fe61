"""Where a DICOM frame lies and which series it is of, as numbers that identify nobody."""

import hashlib
import os
from functools import lru_cache
from typing import Any

import numpy as np

_NOBODY = frozenset({"0", "anon", "anonymised", "anonymized", "anonymous", "none", "synthetic", "unknown"})


def frame_count(ds: Any) -> int:
    """How many frames the header says there are, at least 1."""
    return max(1, int(ds.get("NumberOfFrames", 1) or 1))


def look_up(ds: Any, index: int, macro: str, keyword: str) -> Any:
    """A value of one frame: its own functional group first, then the shared one, then the top.

    DICOM PS3.3 C.7.6.16.
    """
    own, shared = ds.get("PerFrameFunctionalGroupsSequence"), ds.get("SharedFunctionalGroupsSequence")
    for groups, place in ((own, index), (shared, 0)):
        if groups and place < len(groups) and groups[place].get(macro):
            value = groups[place].get(macro)[0].get(keyword)
            if value is not None:
                return value
    return ds.get(keyword)


def numbers(value: Any, count: int) -> tuple[float, ...] | None:
    """The value as that many finite numbers, or None."""
    try:
        found = tuple(float(number) for number in value)
    except (TypeError, ValueError):
        return None
    return found if len(found) == count and all(np.isfinite(found)) else None


def spacing(ds: Any, index: int) -> tuple[float, float] | None:
    """(row, column) distance of pixel centres in mm."""
    found = numbers(look_up(ds, index, "PixelMeasuresSequence", "PixelSpacing"), 2)
    return (found[0], found[1]) if found and min(found) > 0 else None


def position(ds: Any, index: int) -> float | None:
    """Millimetres along the slice's normal (PS3.3 C.7.6.2.1.1), else the instance number."""
    corner = numbers(look_up(ds, index, "PlanePositionSequence", "ImagePositionPatient"), 3)
    axes = numbers(look_up(ds, index, "PlaneOrientationSequence", "ImageOrientationPatient"), 6)
    if corner and axes:
        return float(np.dot(corner, np.cross(axes[:3], axes[3:])))
    number = numbers([ds.get("InstanceNumber")], 1)
    return (number[0] if number else 0.0) + index if number or frame_count(ds) > 1 else None


def series(ds: Any) -> str | None:
    """A name for the series that holds in this process only.

    The hash is salted anew in each process: a series UID has too little that is unknown for a
    plain hash to hide it from someone with a list of UIDs, and nothing needs it to outlive the
    session.
    """
    return _hidden(str(ds.get("SeriesInstanceUID", "") or ""))


def patient(ds: Any) -> str | None:
    """A name for the patient that holds in this process only, hashed like the series.

    What anonymisers write in place of every id tells nobody apart and counts as none.
    """
    found = str(ds.get("PatientID", "") or "").strip()
    return None if found.casefold() in _NOBODY else _hidden(found)


def _hidden(text: str) -> str | None:
    return hashlib.blake2b(text.encode(), key=_salt(), digest_size=8).hexdigest() if text else None


@lru_cache(maxsize=1)
def _salt() -> bytes:
    return os.urandom(16)
