"""The header of a slice's own file, read once more: what a derived DICOM object has to name.

A Scan keeps none of it. Who wants an object that a PACS can file gives the file again; what is read here
goes into that object and nowhere else.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.config.settings import Limits
from core.errors import InputError
from core.imaging import archive, dicom
from core.imaging import dicom_geometry as geometry

_UID: Final = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+")
_EMPTY: Final = ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID",
                 "StudyDate", "StudyTime", "ReferringPhysicianName")  # fmt: skip
"""What the standard wants present, if empty, in every object (type 2)."""
_CT: Final = "1.2.840.10008.5.1.4.1.1.2"
_GEOMETRY: Final = (
    ("PlanePositionSequence", "ImagePositionPatient"),
    ("PlaneOrientationSequence", "ImageOrientationPatient"),
    ("PixelMeasuresSequence", "PixelSpacing"),
    ("PixelMeasuresSequence", "SliceThickness"),
)
_TWICE: Final = (
    ("SOPClassUID", "MediaStorageSOPClassUID"),
    ("SOPInstanceUID", "MediaStorageSOPInstanceUID"),
)
"""What a file says twice: anonymisers empty one and forget the other."""
_LONGEST: Final = 64
_SKEW: Final = 1e-3
"""How far the axes of a plane may be from unit length and right angles."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One slice's file, as what is derived from it names it.

    Attributes:
        header: A pydicom data set without pixels: patient and study as they are, the frame's geometry at
            the top, and CT for its SOP class, whose modules are copied. Never shown, never logged.
        sop_class: The file's own SOP class UID.
        frame: The frame, from 1; None where the file has only one.
        spacing: (row, column) distance of pixel centres in mm, if known.
        gap: What a parametric map would need and the file doesn't have, for a person; empty where it has
            all.
    """

    header: Any
    sop_class: str
    frame: int | None
    spacing: tuple[float, float] | None
    gap: str


def find(files: Iterable[tuple[str, bytes]], digest: str, limits: Limits) -> bytes:
    """The file that a slice came from, among files and what is in zips.

    Args:
        files: Names and bytes.
        digest: The slice's, with or without ``#frame``.
        limits: Caps on what is unpacked.

    Raises:
        InputError: It isn't among them.
    """
    wanted = digest.partition("#")[0]
    for name, data in files:
        if hashlib.sha256(data).hexdigest() == wanted:
            return data
        members = archive.unpack(data, name, limits) if archive.is_zip(data) else ()
        for member in members:
            inside = getattr(member, "data", b"")
            if inside and hashlib.sha256(inside).hexdigest() == wanted:
                return bytes(inside)
    raise _another()


def read(data: bytes, digest: str) -> Source:
    """The header of a slice's file.

    Args:
        data: The file.
        digest: The slice's: the SHA-256 of the file, with ``#frame`` for one of several frames.

    Raises:
        InputError: It is another file, or no DICOM file that can be referred to.
    """
    wanted, _, frame = digest.partition("#")
    if hashlib.sha256(data).hexdigest() != wanted:
        raise _another()
    try:
        ds = dicom.headers(data)
        return _source(ds, int(frame) if frame else None)
    except InputError:
        raise
    except Exception:
        # a damaged header can fail in any way inside pydicom, and the text may quote it
        raise InputError(
            "The header of this file is damaged, so that nothing derived from it can name it. "
            "Export it from the PACS again.",
            "damaged",
        ) from None


def _another() -> InputError:
    return InputError(
        "This is not the file that the slice came from, byte for byte. Give the file that you dropped.",
        "another-file",
    )


def _source(ds: Any, frame: int | None) -> Source:
    for keyword, of_file in _TWICE:
        if not ds.get(keyword) and of_file in ds.file_meta:
            setattr(ds, keyword, ds.file_meta[of_file].value)
    for keyword, what in (("SOPClassUID", "kind"), ("SOPInstanceUID", "own number"),
                          ("StudyInstanceUID", "study"), ("SeriesInstanceUID", "series")):  # fmt: skip
        if not _unique(ds.get(keyword)):
            raise InputError(
                f"The header of this file doesn't name its {what} ({keyword}), so that nothing derived from "
                "it can refer to it. Export it from the PACS again.",
                "no-reference",
            )
    index = (frame or 1) - 1
    _lift(ds, index)
    _mend(ds)
    sop_class, ds.SOPClassUID = str(ds.SOPClassUID), _CT
    return Source(ds, sop_class, frame, geometry.spacing(ds, 0), _gap(ds))


def _unique(value: Any) -> bool:
    """Whether a value is a UID (PS3.5, 9.1)."""
    return isinstance(value, str) and len(value) <= _LONGEST and _UID.fullmatch(value) is not None


def _lift(ds: Any, index: int) -> None:
    """One frame's geometry, from the functional groups to where a file of one frame has it."""
    for macro, keyword in _GEOMETRY:
        value = geometry.look_up(ds, index, macro, keyword)
        if value is not None:
            setattr(ds, keyword, value)
    for keyword in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence", "NumberOfFrames"):
        if keyword in ds:
            delattr(ds, keyword)


def _mend(ds: Any) -> None:
    """What has to be there is there, if empty, and what no reader would take is emptied."""
    from pydicom.valuerep import DA, TM

    for keyword in (*_EMPTY, "PositionReferenceIndicator"):
        if ds.get(keyword) is None:
            setattr(ds, keyword, "")
    for keyword, form in (("PatientBirthDate", DA), ("StudyDate", DA), ("StudyTime", TM)):
        try:
            form(str(ds.get(keyword)))
        except ValueError:
            setattr(ds, keyword, "")
    if "SliceThickness" not in ds:
        ds.SliceThickness = None
    if ds.PatientSex not in ("M", "F", "O"):
        ds.PatientSex = ""


def _gap(ds: Any) -> str:
    """What a map that lies in the patient's space would need and the header doesn't have."""
    axes = geometry.numbers(ds.get("ImageOrientationPatient"), 6)
    missing = [
        words
        for there, words in (
            (_unique(ds.get("FrameOfReferenceUID")), "the frame of reference (FrameOfReferenceUID)"),
            (geometry.numbers(ds.get("ImagePositionPatient"), 3), "its place (ImagePositionPatient)"),
            (axes and _square(axes), "its orientation (ImageOrientationPatient)"),
            (geometry.spacing(ds, 0), "the distance of its pixels (PixelSpacing)"),
        )
        if not there
    ]
    if not missing:
        return ""
    return (
        f"The slice's header lacks {', '.join(missing)}, without which a parametric map lies nowhere. "
        "A Secondary Capture is made instead."
    )


def _square(axes: tuple[float, ...]) -> bool:
    row, column = np.array(axes[:3]), np.array(axes[3:])
    off = (np.linalg.norm(row) - 1.0, np.linalg.norm(column) - 1.0, row @ column)
    return bool(np.abs(np.array(off)).max() < _SKEW)
