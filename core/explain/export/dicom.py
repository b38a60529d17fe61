"""Maps as DICOM: one Secondary Capture to read, and a Parametric Map a method where the slice allows it."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from core.config.settings import Limits
from core.errors import InputError
from core.explain.export import png
from core.explain.export.sheet import Sheet, derivation, title
from core.explain.values import Explanation
from core.imaging import dicom_derived, dicom_source
from core.imaging.dicom_derived import About
from core.imaging.dicom_source import Source

NO_DICOM: Final = (
    "The slice's file is no DICOM file: its map has no place in a patient's space, so there is no parametric "
    "map. The Secondary Capture is a study of its own, of nobody."
)
OF_ITS_OWN: Final = " The Secondary Capture is a study of its own, of nobody."
WIDTH: Final = 1560
"""Of the Secondary Capture: legible, and 4 MB where the PNG's own would be 9."""
EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Objects:
    """What was made.

    Attributes:
        capture: The Secondary Capture: all maps on one picture.
        maps: The Parametric Map of each; none where the slice doesn't allow it.
        said: Sentences on what is missing, and why.
    """

    capture: bytes
    maps: tuple[tuple[Explanation, bytes], ...]
    said: tuple[str, ...]

    def zipped(self) -> bytes:
        """All of them in one file."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            _add(packed, "explanation.dcm", self.capture)
            for number, (one, data) in enumerate(self.maps, start=1):
                _add(packed, f"map-{number}-{one.ask.method}.dcm", data)
        return out.getvalue()


def _add(packed: zipfile.ZipFile, name: str, data: bytes) -> None:
    packed.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED, 1)


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
    about = _about(sheet)
    whole = png.draw(sheet, named=False)
    shape = (WIDTH, round(len(whole) * WIDTH / whole.shape[1]))
    picture = np.asarray(cv2.resize(whole, shape, interpolation=cv2.INTER_AREA), np.uint8)
    maps = _maps(sheet, source) if source is not None and not source.gap else ()
    return Objects(dicom_derived.capture(picture, about, source), tuple(maps), tuple(said))


def check(sheet: Sheet, files: Iterable[tuple[str, bytes]], limits: Limits) -> tuple[str, ...]:
    """Find out whether `write` will do, at a thousandth of its cost.

    Args:
        sheet: What would be drawn.
        files: As for `write`.
        limits: Caps on what is unpacked.

    Returns:
        Sentences on what will be missing, and why.

    Raises:
        InputError: The file is another one, or its header can't be copied.
    """
    source, said = _source(sheet, files, limits)
    if source is not None:
        dicom_derived.capture(np.zeros((1, 1, 3), np.uint8), _about(sheet), source)
    return tuple(said)


def _about(sheet: Sheet) -> About:
    words = " ".join(derivation(one, sheet.turned) for one in sheet.maps)
    return About(f"Explanation: {sheet.target}", words, sheet.model.digest, notes=bool(sheet.notes))


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


def _maps(sheet: Sheet, source: Source) -> Iterator[tuple[Explanation, bytes]]:
    series = dicom_derived.new_series()
    for number, one in enumerate(sheet.shown, start=1):
        words = derivation(one, sheet.turned)
        about = About(f"{title(one)}: {sheet.target}", words, sheet.model.digest, number, series)
        heat = one.heatmap().values
        yield one, dicom_derived.parametric_map(heat, one.peak, one.unit, about, source)
