"""Brings a folder or a zip of pictures below a folder of ours, safely."""

import hashlib
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from core.data.catalog import LeftOut
from core.data.names import is_picture
from core.errors import DataError

MOST_FILES = 200_000
MOST_BYTES = 64 * 1024**3
MOST_EXPANSION = 200.0
_MOST_NAME = 200
"""Bytes; file systems stop at 255."""
_TAIL = 20
"""Letters kept from the end of a longer name: its number and suffix."""
TWICE = "Another file of this source has this name. Rename one and ingest again."
LINK = "It is a link; links are not followed. Put the file itself there."


def bring(
    source: Path, target: Path, progress: Callable[[float], None] | None = None
) -> tuple[dict[PurePosixPath, Path], list[LeftOut]]:
    """Copy every picture, keeping the folders they are in.

    Args:
        source: A folder or a .zip.
        target: A folder that need not exist.
        progress: Told the share done.

    Returns:
        Where each picture went by its path in the source, and the pictures that were left behind:
        links, and files whose name is taken.

    Raises:
        DataError: The source is missing, no zip, damaged, or would write where it must not.
        OSError: The disk refuses.
    """
    told = progress or (lambda _share: None)
    if source.is_dir():
        return _copy(source, target, told)
    if source.is_file():
        return _unzip(source, target, told)
    raise DataError(f"There is no folder or zip at {source}. Check the path.", "source-missing")


def _copy(
    source: Path, target: Path, told: Callable[[float], None]
) -> tuple[dict[PurePosixPath, Path], list[LeftOut]]:
    places, left = _Places(target), []
    found = sorted(path for path in source.rglob("*") if path.is_file() or path.is_symlink())
    for number, path in enumerate(found):
        inside = PurePosixPath(path.relative_to(source).as_posix())
        told(number / len(found))
        if path.is_symlink():
            left.append(LeftOut(_text(inside), LINK))
        elif is_picture(inside):
            shutil.copyfile(path, places.take(inside))
    return places.taken, left


def _unzip(
    source: Path, target: Path, told: Callable[[float], None]
) -> tuple[dict[PurePosixPath, Path], list[LeftOut]]:
    places, left = _Places(target), []
    try:
        with zipfile.ZipFile(source) as archive:
            members = list(_members(archive, source.name))
            for number, (member, inside) in enumerate(members):
                told(number / len(members))
                if inside in places.taken:
                    left.append(LeftOut(_text(inside), TWICE))
                    continue
                with archive.open(member) as packed, places.take(inside).open("wb") as plain:
                    shutil.copyfileobj(packed, plain)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError):
        raise DataError(
            f"{source.name} can't be unpacked: it is no zip, is damaged or has a password. Download it "
            f"again.",
            "bad-zip",
        ) from None
    return places.taken, left


class _Places:
    """Where pictures go: by their own names, unless a file system can't have these."""

    def __init__(self, target: Path) -> None:
        self.taken: dict[PurePosixPath, Path] = {}
        self._target = target
        self._used: set[Path] = set()

    def take(self, inside: PurePosixPath) -> Path:
        place = self._target.joinpath(*map(_fitting, inside.parts))
        if place in self._used:
            place = place.with_name(f"{place.stem}~{_mark(str(inside))}{place.suffix}")
        place.parent.mkdir(parents=True, exist_ok=True)
        self._used.add(place)
        self.taken[inside] = place
        return place


def _text(inside: PurePosixPath) -> str:
    """A path that can be written down: what is no UTF-8 becomes a question mark."""
    return os.fsencode(str(inside)).decode("utf-8", "replace").replace("\ufffd", "?")


def _fitting(name: str) -> str:
    """A name that every file system and every reader takes; the same name gives the same."""
    plain = "".join(
        letter if letter.isprintable() and letter not in ':*?"<>|' else "_"
        for letter in _text(PurePosixPath(name))
    )
    if len(plain.encode()) <= _MOST_NAME:
        return plain
    head = plain.encode()[: _MOST_NAME // 2].decode("utf-8", "ignore")
    return f"{head}~{_mark(name)}~{plain[-_TAIL:]}"


def _mark(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _members(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """Pictures in a zip, once the whole of it is known to be harmless."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    total, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if len(members) > MOST_FILES or total > MOST_BYTES or total > MOST_EXPANSION * max(packed, 1):
        raise DataError(
            f"{name} would unpack to {len(members):,} files of {total:,} bytes, more than is allowed. "
            "Ingest a smaller part of it.",
            "zip-too-large",
        )
    found = []
    for member in members:
        inside = PurePosixPath(member.filename.replace("\\", "/"))
        linked = stat.S_ISLNK(member.external_attr >> 16)
        if inside.is_absolute() or ".." in inside.parts or ":" in str(inside).split("/")[0] or linked:
            raise DataError(
                f"{name} holds {member.filename!r}, which leads out of its own folder. Don't use this zip.",
                "unsafe-zip",
            )
        if is_picture(inside):
            found.append((member, inside))
    yield from found
