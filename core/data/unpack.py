"""Brings a folder or a zip of pictures below a folder of ours, safely."""

import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from core.data.names import is_picture
from core.errors import DataError

MOST_FILES = 200_000
MOST_BYTES = 64 * 1024**3
MOST_EXPANSION = 200.0


def bring(source: Path, target: Path) -> None:
    """Copy every picture, keeping the folders they are in.

    Args:
        source: A folder or a .zip.
        target: A folder that need not exist.

    Raises:
        DataError: The source is missing, no zip, damaged, or would write where it must not.
    """
    if source.is_dir():
        _copy(source, target)
    elif source.is_file():
        _unzip(source, target)
    else:
        raise DataError(f"There is no folder or zip at {source}. Check the path.", "source-missing")


def _copy(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        inside = PurePosixPath(path.relative_to(source).as_posix())
        if path.is_file() and not path.is_symlink() and is_picture(inside):
            place = target / inside
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _unzip(source: Path, target: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            for member, inside in _members(archive, source.name):
                place = target / inside
                place.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as packed, place.open("wb") as plain:
                    shutil.copyfileobj(packed, plain)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise DataError(
            f"{source.name} can't be unpacked: it is no zip, is damaged or has a password. Download it "
            f"again.",
            "bad-zip",
        ) from None


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
