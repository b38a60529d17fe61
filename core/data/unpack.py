"""Brings a folder or a zip of pictures below a folder of ours, safely."""

import errno
import hashlib
import lzma
import os
import re
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

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
CLASH = "A folder and a file of this source have this name. Rename one and ingest again."
TOO_LONG = "Its folders and name are too long for this disk. Shorten them and ingest again."
UNREADABLE = "It can't be read. Allow it to be read and ingest again."
REASONS = frozenset({TWICE, LINK, CLASH, TOO_LONG, UNREADABLE})
"""Why a file never came to the set's folder."""
_TELL = 50
"""Files from one word of progress to the next."""
_DRIVE = re.compile(r"[A-Za-z]:")
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
"""Unicode's classes of control characters and of what ends a line."""
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError,
    RuntimeError, ValueError, LookupError,
)  # fmt: skip


def bring(
    source: Path, target: Path, progress: Callable[[float], None] | None = None
) -> tuple[dict[PurePosixPath, Path], list[LeftOut]]:
    """Copy every picture, keeping the folders they are in.

    Args:
        source: A folder or a .zip.
        target: A folder that need not exist.
        progress: Told the share done.

    Returns:
        Where each picture went by its path in the source, and what was left behind: links, files
        whose name is taken or too long, and what can't be read.

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


def fitting(name: str) -> str:
    """A name that every file system and every reader takes; the same name gives the same."""
    plain = "".join(letter if letter.isprintable() and letter not in '\\:*?"<>|' else "_" for letter in name)
    if len(plain.encode()) <= _MOST_NAME:
        return plain
    head = plain.encode()[: _MOST_NAME // 2].decode("utf-8", "ignore")
    return f"{head}~{_mark(name)}~{plain[-_TAIL:]}"


def text(path: str | PurePosixPath) -> str:
    """A path that can be written down in a line: breaks, and bytes that are no UTF-8, are spelt out."""
    plain = os.fsencode(str(path)).decode("utf-8", "backslashreplace")
    return "".join(
        letter.encode("unicode_escape").decode() if unicodedata.category(letter) in _BREAKS else letter
        for letter in plain
    )


def _copy(
    source: Path, target: Path, told: Callable[[float], None]
) -> tuple[dict[PurePosixPath, Path], list[LeftOut]]:
    places = _Places(target)
    found, left = _walked(source)
    for number, path in enumerate(found):
        inside = _inside(path, source)
        if number % _TELL == 0:
            told(number / len(found))
        if path.is_symlink():
            left.append(LeftOut(str(inside), LINK))
        elif path.is_file() and is_picture(inside):
            try:
                stream = path.open("rb")
            except OSError:
                left.append(LeftOut(str(inside), UNREADABLE))
                continue
            with stream:
                left += places.fill(inside, stream)
    return places.taken, left


def _walked(source: Path) -> tuple[list[Path], list[LeftOut]]:
    """Files and links below a folder, and the folders that can't be looked into."""
    refused: list[OSError] = []
    found = [
        Path(place, name)
        for place, folders, files in os.walk(source, onerror=refused.append)
        for name in (*files, *(one for one in folders if Path(place, one).is_symlink()))
    ]
    left = [LeftOut(str(_inside(Path(error.filename), source)), UNREADABLE) for error in refused]
    return sorted(found), left


def _inside(path: Path, source: Path) -> PurePosixPath:
    return PurePosixPath(text(path.relative_to(source).as_posix()))


def _unzip(
    source: Path, target: Path, told: Callable[[float], None]
) -> tuple[dict[PurePosixPath, Path], list[LeftOut]]:
    places, left = _Places(target), []
    with _reading(source), zipfile.ZipFile(source) as archive:
        members = list(_members(archive, source.name))
        for number, (member, inside) in enumerate(members):
            if number % _TELL == 0:
                told(number / len(members))
            if inside in places.taken:
                left.append(LeftOut(str(inside), TWICE))
                continue
            with archive.open(member) as packed:
                left += places.fill(inside, packed)
    return places.taken, left


@contextmanager
def _reading(source: Path) -> Iterator[None]:
    """What a damaged zip makes its readers raise becomes a sentence."""
    try:
        yield
    except (*_DAMAGED, OSError) as error:
        # offsets that lead nowhere, and bzip2's own complaints; all else is about the disk
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise DataError(
            f"{text(source.name)} can't be unpacked: it is no zip, is damaged or has a password. Download "
            "it again.",
            "bad-zip",
        ) from None


class _Places:
    """Where pictures go: by their own names, unless a file system can't have these."""

    def __init__(self, target: Path) -> None:
        self.taken: dict[PurePosixPath, Path] = {}
        self._target = target
        self._used: set[str] = set()

    def fill(self, inside: PurePosixPath, stream: IO[bytes]) -> list[LeftOut]:
        """Write a picture down, or say why that can't be."""
        place = self._target.joinpath(*map(fitting, inside.parts))
        if str(place).casefold() in self._used:
            place = place.with_name(f"{place.stem}~{_mark(str(inside))}{place.suffix}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            plain = place.open("xb")
        except (FileExistsError, NotADirectoryError):
            return [LeftOut(str(inside), CLASH)]
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            return [LeftOut(str(inside), TOO_LONG)]
        with plain:
            shutil.copyfileobj(stream, plain)
        self._used.add(str(place).casefold())
        self.taken[inside] = place
        return []


def _mark(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]


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
        inside = PurePosixPath(text(member.filename.replace("\\", "/")))
        linked = stat.S_ISLNK(member.external_attr >> 16)
        if inside.is_absolute() or ".." in inside.parts or _DRIVE.match(str(inside)) or linked:
            raise DataError(
                f"{name} holds {member.filename!r}, which leads out of its own folder. Don't use this zip.",
                "unsafe-zip",
            )
        if is_picture(inside):
            found.append((member, inside))
    yield from found
