"""Zip archives, opened in memory with nothing taken on trust."""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from core.config.settings import MB, Limits
from core.errors import InputError, LimitError
from core.imaging.names import display
from core.imaging.signature import ZIP, kind

ENTRY = b"PK\x01\x02"
ENCRYPTED = 0x1
CHUNK = 1 << 20
# Black slices pack far tighter than any ratio cap; a member this small can't do harm.
HARMLESS = MB
_JUNK = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


class Member(NamedTuple):
    """A file out of an archive: its display name and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was left out, and why; the rest goes on.

    Attributes:
        name: Display name.
        code: Short and stable, as in `core.errors`.
        sentence: For a person.
    """

    name: str
    code: str
    sentence: str


def is_zip(data: bytes) -> bool:
    """Whether the bytes are a zip archive."""
    return kind(data) == "zip"


def unpack(data: bytes, name: str, limits: Limits) -> Iterator[Member | Refused]:
    """Unpack a zip, one member at a time, in memory.

    How many entries it lists is counted before the listing is read, and sizes are measured while
    reading, because an archive's own figures can lie. Folders and the litter of operating systems
    are skipped silently.

    Args:
        data: The archive.
        name: What the person called it.
        limits: Caps on members, their size, the sum of it, and the expansion.

    Yields:
        Members in the archive's order; a `Refused` for each that is unsafe or damaged, or one for
        the whole archive.
    """
    shown = display(name)
    try:
        archive, members = _listing(data, shown, limits)
    except InputError as error:
        yield Refused(shown, error.code, error.sentence)
        return
    left = limits.batch_bytes
    for info in members:
        called = display(info.filename)
        try:
            content = _read(archive, info, called, limits)
        except InputError as error:
            yield Refused(called, error.code, error.sentence)
            continue
        left -= len(content)
        if left < 0:
            sentence = (
                f"{shown} unpacks to over {limits.batch_bytes / MB:.0f} MB: the rest is left out. Split it."
            )
            yield Refused(shown, "too-large", sentence)
            return
        yield Member(called, content)


def _listing(data: bytes, shown: str, limits: Limits) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    if len(data) > limits.batch_bytes:
        raise LimitError(
            f"{shown} has {len(data) / MB:.0f} MB; at most {limits.batch_bytes / MB:.0f} MB are read. "
            "Split it.",
            "too-large",
        )
    # The litter of a Mac's archive doubles the entries, hence the factor.
    entries = data.count(ENTRY)
    if entries > 2 * limits.batch_files + 100:
        raise _too_many(shown, entries, limits)
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, IndexError, OverflowError):
        raise InputError(f"{shown} is a damaged zip archive. Pack or copy it again.", "damaged") from None
    members = [info for info in archive.infolist() if not _skipped(info)]
    if len(members) > limits.batch_files:
        raise _too_many(shown, len(members), limits)
    return archive, members


def _too_many(shown: str, count: int, limits: Limits) -> LimitError:
    return LimitError(
        f"{shown} lists {count:,} files; at most {limits.batch_files:,} are read at once. Split it.",
        "too-many-files",
    )


def _skipped(info: zipfile.ZipInfo) -> bool:
    parts = info.filename.split("/")
    return info.is_dir() or "__MACOSX" in parts or parts[-1].lower() in _JUNK or parts[-1].startswith("._")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, called: str, limits: Limits) -> bytes:
    _check(info, called, limits)
    most = min(limits.file_bytes, max(HARMLESS, int(limits.expansion * info.compress_size)))
    try:
        with archive.open(info) as stream:
            content = stream.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise InputError(f"{called} is damaged inside its zip archive. Pack it again.", "damaged") from None
    if len(content) > most:
        raise _bomb(called)
    if content.startswith(ZIP):
        raise InputError(
            f"{called} is a zip inside a zip, which isn't opened. Unpack it first.", "nested-zip"
        )
    return content


def _check(info: zipfile.ZipInfo, called: str, limits: Limits) -> None:
    path = info.filename.replace("\\", "/")
    if path.startswith("/") or re.match(r"^[A-Za-z]:", path) or ".." in path.split("/"):
        raise InputError(
            f"{called} has an unsafe path in its zip archive. Pack the files again.", "unsafe-path"
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise InputError(f"{called} is a link, not a file. Pack the file itself.", "link")
    if info.flag_bits & ENCRYPTED:
        raise InputError(f"{called} is locked with a password. Pack it without one.", "encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{called} is packed by an unusual method. Pack it as a plain zip.", "unsupported")
    if info.file_size > limits.file_bytes:
        raise LimitError(
            f"{called} unpacks to {info.file_size / MB:.0f} MB; at most {limits.file_bytes / MB:.0f} MB "
            "are read. Send a smaller file.",
            "too-large",
        )
    if info.file_size > max(HARMLESS, limits.expansion * info.compress_size):
        raise _bomb(called)


def _bomb(called: str) -> LimitError:
    return LimitError(
        f"{called} unpacks to far more than its packed size, as a zip bomb does. Pack it again.", "expansion"
    )
