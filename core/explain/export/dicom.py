"""Maps as DICOM: one Secondary Capture to read, and a Parametric Map a method where the slice allows it."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.config.settings import Limits
from core.errors import InputError
from core.explain.export import png
from core.explain.export.sheet import Sheet, derivation, title
from core.imaging import dicom_derived, dicom_source
from core.imaging.dicom_derived import About
from core.imaging.dicom_source import Source

NO_DICOM: Final = (
    "The slice's file is no DICOM file: its map has no place in a patient's space, so there is no parametric "
    "map. The Secondary Capture is a study of its own, of nobody."
)
OF_ITS_OWN: Final = " The Secondary Capture is a study of its own, of nobody."
EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Objects:
    """What was made.

    Attributes:
        files: Names and bytes.
        said: Sentences on what is missing, and why.
    """

    files: tuple[tuple[str, bytes], ...]
    said: tuple[str, ...]

    def zipped(self) -> bytes:
        """All of them in one file."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, data in self.files:
                packed.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
        return out.getvalue()


def write(sheet: Sheet, files: Iterable[tuple[str, bytes]], limits: Limits) -> Objects:
    """A sheet as DICOM objects that refer to the slice's own file.

    Args:
        sheet: What to draw; the file's name is left out of the picture.
        files: The slice's own file once more, or a zip with it: no header was kept. Nothing is needed for
            a slice that is no DICOM.
        limits: Caps on what is unpacked.

    Raises:
        InputError: The file is another one, or its header is damaged.
    """
    source, said = _source(sheet, files, limits)
    picture = png.draw(sheet, named=False)
    words = " ".join(derivation(one) for one in sheet.maps)
    about = About(f"Explanation: {sheet.target}", words, sheet.model.digest, notes=bool(sheet.notes))
    made = [("explanation.dcm", dicom_derived.capture(picture, about, source))]
    if source is not None and not source.gap:
        made += _maps(sheet, source)
    return Objects(tuple(made), tuple(said))


def _source(
    sheet: Sheet, files: Iterable[tuple[str, bytes]], limits: Limits
) -> tuple[Source | None, list[str]]:
    """The slice's header, where it has one that can be referred to, and what has to be said."""
    if sheet.scan.format != "DICOM":
        return None, [NO_DICOM]
    data = dicom_source.find(files, sheet.scan.digest, limits)
    try:
        source = dicom_source.read(data, sheet.scan.digest)
    except InputError as error:
        if error.code != "no-reference":
            raise
        return None, [error.sentence + OF_ITS_OWN]
    return source, [source.gap] if source.gap else []


def _maps(sheet: Sheet, source: Source) -> list[tuple[str, bytes]]:
    series, made = dicom_derived.new_series(), []
    for number, one in enumerate(sheet.maps, start=1):
        about = About(f"{title(one)}: {sheet.target}", derivation(one), sheet.model.digest, number, series)
        heat = one.heatmap().values
        data = dicom_derived.parametric_map(heat, one.peak, one.unit, about, source)
        layer = f"-{number}" if one.ask.layer else ""
        made.append((f"map-{one.ask.method}{layer}.dcm", data))
    return made
