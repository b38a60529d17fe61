"""What is drawn of a slice as DICOM objects that a PACS can file beside it. The only user of highdicom.

A Secondary Capture is a picture to read; a Parametric Map is the heat itself, in the slice's own geometry
(PS3.3 A.8.1 and A.75). Both name the instance that they come from, and say that they are no diagnosis.
"""

import logging
import warnings
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core import __version__
from core.errors import InputError
from core.imaging import dicom_geometry as geometry
from core.imaging.dicom_source import Source

MAKER: Final = "Kidney CT Studio"
SERIES: Final = 9100
"""Series numbers from here on: out of the way of a scanner's own."""
WARNING: Final = "Research and teaching use only; not for diagnosis."
_NAMES: Final = ("PatientName", "ReferringPhysicianName")
_SCHEME: Final = "99KCS"
"""Our own codes (PS3.16, 8.2: private schemes begin with 99)."""


@dataclass(frozen=True, slots=True)
class About:
    """What a derived object says of itself.

    Attributes:
        title: Its series, for a list of series.
        derivation: How it was made: method, class, model; the disclaimer is added.
        model: Digest of the model, 64 hex digits.
        number: Of the instance within its series, from 1.
        series: UID of the series it goes to; empty makes a new one.
        notes: Whether a person's own words are drawn into it.
    """

    title: str
    derivation: str
    model: str
    number: int = 1
    series: str = ""
    notes: bool = False


def new_series() -> str:
    """A UID for objects that belong together."""
    return str(_highdicom().UID())


def capture(picture: NDArray[np.uint8], about: About, source: Source | None = None) -> bytes:
    """A picture as a Secondary Capture.

    Args:
        picture: (h, w, 3) RGB.
        about: What it says of itself.
        source: The slice that it shows; None makes a study of its own, of nobody.

    Returns:
        A DICOM file.

    Raises:
        InputError: The source's header can't be copied.
    """
    return _made(lambda: _capture(picture, about, source))


def parametric_map(heat: NDArray[np.float32], peak: float, unit: str, about: About, source: Source) -> bytes:
    """Heat as a Parametric Map: floats in the slice's own pixels.

    Stored values are the heat, 0..1; two mappings to real-world values come with them, the heat itself
    and, by its peak, the method's own unit.

    Args:
        heat: (H, W) float32 0..1, as large as the slice.
        peak: The value that 1 stands for; 0 where the map is flat.
        unit: Of the peak, e.g. ``"logit"``.
        about: What it says of itself.
        source: The slice; one without a `Source.gap`.

    Returns:
        A DICOM file.

    Raises:
        InputError: The source lacks what a parametric map needs, or is of another size.
    """
    if source.gap:
        raise InputError(source.gap, "no-geometry")
    if heat.shape != (int(source.header.Rows), int(source.header.Columns)):
        raise InputError(
            "The map and the file are of different sizes: this file isn't the slice's.", "another-file"
        )
    return _made(lambda: _map(heat, peak, unit, about, source))


def _made(build: Any) -> bytes:
    try:
        return _bytes(build())
    except Exception:
        # highdicom checks what it copies and quotes it: a name must not reach a log
        raise InputError(
            "The slice's header can't be copied into a new DICOM object: one of its values is damaged. "
            "Export the slice from the PACS again, or take the PNG.",
            "damaged",
        ) from None


@lru_cache(maxsize=1)
def _highdicom() -> Any:
    """Import highdicom, silenced: it logs identifiers of what it copies."""
    import highdicom

    warnings.filterwarnings("ignore", module="highdicom")
    logging.getLogger("highdicom").setLevel(logging.CRITICAL + 1)
    return highdicom


def _capture(picture: NDArray[np.uint8], about: About, source: Source | None) -> Any:
    hd = _highdicom()
    header = _nameless(source.header) if source else None
    made = hd.sc.SCImage(
        pixel_array=picture,
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        # unknown for a picture with panels; emptied below, which the standard allows and highdicom doesn't
        patient_orientation=("L", "P"),
        study_instance_uid=header.StudyInstanceUID if header else hd.UID(),
        series_instance_uid=about.series or hd.UID(),
        series_number=SERIES,
        sop_instance_uid=hd.UID(),
        instance_number=about.number,
        manufacturer=MAKER,
        **_person(header),
    )
    made.PatientOrientation = ""
    if source is not None:
        made.copy_patient_and_study_information(header)
        _add_names(made, source)
        made.SourceImageSequence = [_reference(source)]
    burned = header is not None and str(header.get("BurnedInAnnotation", "")).strip().upper() == "YES"
    made.BurnedInAnnotation = "YES" if burned or about.notes else "NO"
    made.ManufacturerModelName, made.SoftwareVersions = MAKER, __version__
    return _described(made, about)


def _person(header: Any) -> dict[str, Any]:
    """Whose picture it is, in the words of highdicom; nobody's without a header."""
    names = {
        "patient_id": "PatientID",
        "patient_birth_date": "PatientBirthDate",
        "patient_sex": "PatientSex",
        "accession_number": "AccessionNumber",
        "study_id": "StudyID",
        "study_date": "StudyDate",
        "study_time": "StudyTime",
    }
    found = {key: (header.get(keyword) or None) if header else None for key, keyword in names.items()}
    return {**found, "specific_character_set": "ISO_IR 192"}


def _map(heat: NDArray[np.float32], peak: float, unit: str, about: About, source: Source) -> Any:
    hd, header = _highdicom(), _nameless(source.header)
    made = hd.pm.ParametricMap(
        source_images=[header],
        pixel_array=np.ascontiguousarray(heat, np.float32),
        series_instance_uid=about.series or hd.UID(),
        series_number=SERIES + 1,
        sop_instance_uid=hd.UID(),
        instance_number=about.number,
        manufacturer=MAKER,
        manufacturer_model_name=MAKER,
        software_versions=__version__,
        device_serial_number=about.model[:16],
        contains_recognizable_visual_features=False,
        real_world_value_mappings=_mappings(hd, peak, unit),
        voi_lut_transformations=[
            hd.VOILUTTransformation(window_center=0.5, window_width=1.0, voi_lut_function="LINEAR_EXACT")
        ],
        content_label="EXPLANATION",
        content_description=about.title[:64],
        specific_character_set="ISO_IR 192",
        plane_orientation=hd.PlaneOrientationSequence("PATIENT", _floats(header.ImageOrientationPatient)),
        plane_positions=[hd.PlanePositionSequence("PATIENT", _floats(header.ImagePositionPatient))],
        pixel_measures=hd.PixelMeasuresSequence(
            pixel_spacing=source.spacing, slice_thickness=_thickness(header)
        ),
    )
    measures = made.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    if "SpacingBetweenSlices" in measures:  # one slice has no neighbour: highdicom writes 1 mm
        del measures.SpacingBetweenSlices
    _refer(made, source)
    _add_names(made, source)
    return _described(made, about)


def _nameless(header: Any) -> Any:
    """The header as highdicom may see it: it warns of a name without a caret, and quotes it."""
    shown = deepcopy(header)
    for keyword in _NAMES:
        setattr(shown, keyword, "")
    return shown


def _add_names(made: Any, source: Source) -> None:
    for keyword in _NAMES:
        made[keyword] = source.header[keyword]


def _mappings(hd: Any, peak: float, unit: str) -> list[Any]:
    """Stored values as heat, and in the method's own unit."""
    none = hd.sr.CodedConcept("1", "UCUM", "no units")
    own = hd.sr.CodedConcept(f"{{{_ascii(unit)}}}", "UCUM", _ascii(unit)[:64])
    heat = hd.sr.CodedConcept("HEAT", _SCHEME, "Support for a class, relative to its peak")
    value = hd.sr.CodedConcept("ATTRIBUTION", _SCHEME, "Contribution to a model's score")
    relative = ("HEAT", "0 is no support for the class, 1 the strongest in this slice", none, 1.0, heat)
    scaled = ("ATTRIBUTION", f"Contribution to the score, in {unit}"[:64], own, float(peak), value)
    return [
        hd.pm.RealWorldValueMapping(
            lut_label=label, lut_explanation=words, unit=code, value_range=(0.0, 1.0),
            slope=slope, intercept=0.0, quantity_definition=quantity,
        )
        for label, words, code, slope, quantity in ((relative, scaled) if peak > 0 else (relative,))
    ]  # fmt: skip


def _ascii(text: str) -> str:
    return "".join(sign for sign in text if sign == " " or (sign.isascii() and sign.isalnum())) or "value"


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _thickness(header: Any) -> float | None:
    found = geometry.numbers([header.get("SliceThickness")], 1)
    return found[0] if found and found[0] > 0 else None


def _reference(source: Source) -> Any:
    """The instance that something was made from, and which frame of it (PS3.3 C.12.4)."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.ReferencedSOPClassUID = source.sop_class
    item.ReferencedSOPInstanceUID = source.header.SOPInstanceUID
    if source.frame is not None:
        item.ReferencedFrameNumber = source.frame
    purpose = ("121322", "DCM", "Source image for image processing operation")
    item.PurposeOfReferenceCodeSequence = [_highdicom().sr.CodedConcept(*purpose)]
    return item


def _refer(made: Any, source: Source) -> None:
    """Let what refers to the slice name it by its own SOP class, and its frame."""
    for groups in made.PerFrameFunctionalGroupsSequence:
        for derivation in groups.DerivationImageSequence:
            item = _reference(source)
            item.SpatialLocationsPreserved = "YES"
            derivation.SourceImageSequence = [item]
    made.SourceImageSequence = [_reference(source)]
    for series in made.ReferencedSeriesSequence:
        for instance in series.ReferencedInstanceSequence:
            instance.ReferencedSOPClassUID = source.sop_class


def _described(made: Any, about: About) -> Any:
    words = f"{about.derivation[: 1000 - len(WARNING)]} {WARNING}"
    made.SeriesDescription = about.title[:64]
    made.ImageComments = words
    if "PerFrameFunctionalGroupsSequence" in made:
        for groups in made.PerFrameFunctionalGroupsSequence:
            groups.DerivationImageSequence[0].DerivationDescription = words
    else:
        made.DerivationDescription = words
    return made


def _bytes(made: Any) -> bytes:
    out = BytesIO()
    made.save_as(out, enforce_file_format=True)
    return out.getvalue()
