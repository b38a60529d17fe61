"""localised-ct.zip: slices of other hospitals on which the lesion is marked, as a mask or by boxes.

``SOURCE/images/NAME.jpg`` with ``SOURCE/masks/NAME.jpg`` of the same size, the lesion an area brighter
than what lies around it, or with ``SOURCE/labels/NAME.txt``, see `core.explain.localisation.boxes`.
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.config.settings import MB, Limits
from core.domain import Scan
from core.errors import DataError, InputError
from core.explain.localisation import boxes
from core.explain.localisation.marked import Found, Marked
from core.explain.localisation.names import groups
from core.imaging.archive import Refused
from core.imaging.decode import decode
from core.imaging.names import display

FILE: Final = "localised-ct.zip"
CLASSES: Final = MappingProxyType({"tumor-axial": "Tumor", "stone-coronal": "Stone"})
"""What each of its folders shows."""
IMAGES, MASKS, LABELS = "images", "masks", "labels"
DARKEST: Final = 32
"""A mask whose brightest grey is under this marks nothing; JPEG leaves such traces in black."""


def read(path: Path, limits: Limits) -> Found:
    """Read all that can be used of it.

    Args:
        path: The zip.
        limits: Caps on files and pixels.

    Returns:
        The slices; what is wrong with a slice costs that slice alone.

    Raises:
        DataError: The archive isn't there or can't be read.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            members = {info.filename: info for info in packed.infolist() if not info.is_dir()}
            if len(members) > limits.batch_files:
                raise DataError(
                    f"{path.name} lists {len(members):,} files; at most {limits.batch_files:,} are read. "
                    "Split it.",
                    "too-many-files",
                )
            several = list(_all(packed, members, limits))
    except FileNotFoundError:
        raise DataError(
            f"{path.name} is not in {path.parent}. Put it there, or name another folder with "
            "KCS_SHARED_DATA.",
            "data-missing",
        ) from None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise DataError(
            f"{path.name} is no zip archive that can be read. Copy it again.", "damaged"
        ) from None
    return Found(
        tuple(one for one in several if isinstance(one, Marked)),
        tuple(one for one in several if isinstance(one, Refused)),
    )


def _all(
    packed: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], limits: Limits
) -> Iterator[Marked | Refused]:
    pictures = sorted(name for name in members if PurePosixPath(name).parent.name == IMAGES)
    for source in dict.fromkeys(_source(name) for name in pictures):
        of = [name for name in pictures if _source(name) == source]
        if source not in CLASSES:
            known = ", ".join(CLASSES)
            yield Refused(display(source), "unknown", f"Of {display(source)}/ it isn't known which class it "
                          f"shows; known are {known}.")  # fmt: skip
            continue
        belong = groups(of)
        for name in of:
            try:
                yield _one(packed, members, name, belong[name], limits)
            except InputError as error:
                yield Refused(display(name), error.code, error.sentence)


def _one(
    packed: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, group: str, limits: Limits
) -> Marked:
    scan = _slice(_content(packed, members[name], limits), name, limits)
    drawn, written = _beside(name, MASKS, members), _beside(name, LABELS, members)
    if drawn:
        mask = _area(_slice(_content(packed, members[drawn], limits), drawn, limits), scan)
    elif written:
        mask = _boxed(_content(packed, members[written], limits), written, scan)
    else:
        raise InputError(f"{display(name)} has neither a mask nor a label file. Pack one with it.", "no-mark")
    source = _source(name)
    return Marked(scan, mask, CLASSES[source], source, f"{source} {group}")


def _source(name: str) -> str:
    return PurePosixPath(name).parent.parent.name


def _beside(name: str, folder: str, members: dict[str, zipfile.ZipInfo]) -> str | None:
    """The file of the same name in another of the source's folders."""
    path = PurePosixPath(name)
    wanted = f"{path.parent.parent / folder / path.stem}."
    return next((one for one in members if one.startswith(wanted) and "/" not in one[len(wanted) :]), None)


def _content(packed: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    called = display(info.filename)
    if info.file_size > limits.file_bytes:
        raise InputError(
            f"{called} unpacks to {info.file_size / MB:.0f} MB; at most {limits.file_bytes / MB:.0f} MB are "
            "read. Make it smaller.",
            "too-large",
        )
    try:
        return packed.read(info)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise InputError(f"{called} is damaged inside its archive. Pack it again.", "damaged") from None


def _slice(data: bytes, name: str, limits: Limits) -> Scan:
    several = decode(data, name, limits)
    if len(several) != 1:
        raise InputError(
            f"{display(name)} holds {len(several)} pictures where one is expected. Pack them one by one.",
            "several",
        )
    return several[0]


def _area(mask: Scan, scan: Scan) -> NDArray[np.bool_]:
    if mask.pixels.shape != scan.pixels.shape:
        raise InputError(
            f"The mask of {scan.name} has {mask.width} x {mask.height} pixels and the slice {scan.width} x "
            f"{scan.height}. Draw it on the slice itself.",
            "mask-size",
        )
    brightest = float(mask.pixels.max())
    if brightest < DARKEST:
        raise InputError(f"The mask of {scan.name} marks nothing. Draw the lesion on it.", "mask-empty")
    return np.asarray(mask.pixels > brightest / 2)


def _boxed(data: bytes, name: str, scan: Scan) -> NDArray[np.bool_]:
    try:
        return boxes.mask(data.decode("ascii"), scan.height, scan.width)
    except UnicodeDecodeError:
        why = "is no text"
    except ValueError as error:
        why = str(error)
    raise InputError(f"{display(name)} {why}. Write `class x y width height`, in shares of the picture.",
                     "no-box")  # fmt: skip
