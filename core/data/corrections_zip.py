"""Reads a zip of corrections, which may come from anywhere: nothing in it is believed unchecked."""

import hashlib
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, StrictInt, ValidationError

from core.config.params import faults
from core.config.settings import MB, Limits
from core.data import unpack
from core.data.corrections import FILE, FORMAT, Correction, Listing
from core.data.names import is_picture
from core.errors import DataError, InputError
from core.imaging import archive
from core.imaging.archive import Refused
from core.imaging.decode import decode

_MOST_SAID = 300
"""Letters of what is wrong; there may be no end of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Corrections:
    """What such a zip holds, checked.

    Attributes:
        slices: What it says of each.
        pictures: The PNG files by their names in it.
    """

    slices: tuple[Correction, ...]
    pictures: Mapping[str, bytes]


class _Version(BaseModel):
    """All that a file of any format says."""

    format: StrictInt


def is_one(path: Path) -> bool:
    """Whether a file is a zip that says it holds corrections."""
    try:
        with zipfile.ZipFile(path) as found:
            return FILE in found.namelist()
    except (OSError, ValueError, LookupError, NotImplementedError, zipfile.BadZipFile, zlib.error):
        return False


def read(path: Path, limits: Limits) -> Corrections:
    """Read one.

    Args:
        path: The zip.
        limits: Caps on its files, their sizes and what they expand to.

    Raises:
        DataError: It is no such zip, damaged, unsafe, too large, or of another format, or its
            pictures are not those that it lists.
    """
    name = unpack.text(path.name)
    data = _bytes(path, name, limits)
    files = _files(data, name, limits)
    listed = _listed(files.get(FILE, b""), name)
    _same_names(data, name, listed)
    for one in listed.slices:
        _check(one, files[_last(one.file)], name, limits)
    return Corrections(listed.slices, {one.file: files[_last(one.file)] for one in listed.slices})


def _bytes(path: Path, name: str, limits: Limits) -> bytes:
    try:
        size = path.stat().st_size
        if size > limits.batch_bytes:
            raise _unusable(
                name, f"it has {size / MB:,.0f} MB, and at most {limits.batch_bytes / MB:,.0f} MB are read"
            )
        return path.read_bytes()
    except OSError as error:
        raise _unusable(name, f"it can't be read ({error.strerror})") from None


def _files(data: bytes, name: str, limits: Limits) -> dict[str, bytes]:
    """All that is in it, by the last part of its name."""
    found = {}
    for one in archive.unpack(data, name, limits):
        if isinstance(one, Refused):
            raise DataError(f"{name} can't be used as corrections. {one.sentence}", "bad-corrections")
        found[one.name] = one.data
    return found


def _listed(text: bytes, name: str) -> Listing:
    try:
        version = _Version.model_validate_json(text).format
    except ValidationError:
        raise _unusable(name, f"its {FILE} is missing or can't be read") from None
    if version != FORMAT:
        raise DataError(
            f"{name} is of format {version}; this version reads format {FORMAT}. Update the app, or export "
            "the corrections again from Review.",
            "corrections-format",
        )
    try:
        return Listing.model_validate_json(text)
    except ValidationError as error:
        raise _unusable(name, f"its {FILE} is wrong: {faults(error)[:_MOST_SAID]}") from None


def _same_names(data: bytes, name: str, listed: Listing) -> None:
    """See that it holds the pictures that it lists, each once, and no others."""
    with zipfile.ZipFile(BytesIO(data)) as found:
        paths = [one for one in found.namelist() if _last(one) == FILE or is_picture(PurePosixPath(one))]
    wanted = [FILE, *(one.file for one in listed.slices)]
    missing, more = Counter(wanted) - Counter(paths), Counter(paths) - Counter(wanted)
    if missing:
        raise _unusable(name, f"it lists {min(missing)[:120]} and doesn't hold it")
    if more:
        raise _unusable(name, f"it holds {unpack.text(min(more))[:120]}, which it doesn't list once")


def _check(one: Correction, data: bytes, name: str, limits: Limits) -> None:
    if hashlib.sha256(data).hexdigest() != one.sha256:
        raise _unusable(name, f"{one.file} is not the file that it lists: its SHA-256 is another")
    try:
        frames = decode(data, one.file, limits)
    except InputError as error:
        raise DataError(f"{name} can't be used as corrections. {error.sentence}", "bad-corrections") from None
    if len(frames) != 1 or frames[0].format != "PNG":
        raise _unusable(name, f"{one.file} is no PNG picture")


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _unusable(name: str, why: str) -> DataError:
    return DataError(
        f"{name} can't be used as corrections: {why}. Export it again from Review.", "bad-corrections"
    )
