"""Whatever a person drops, to slices: zips opened, each file decoded, bad ones set aside."""

import re
from collections.abc import Iterable, Iterator

from core.config.settings import Limits
from core.domain import Scan
from core.errors import StudioError
from core.imaging import archive
from core.imaging.archive import Refused
from core.imaging.decode import decode
from core.imaging.names import display

__all__ = ["Refused", "order", "slices"]


def slices(files: Iterable[tuple[str, bytes]], limits: Limits) -> Iterator[Scan | Refused]:
    """Decode files one after the other; nothing is held longer than its turn.

    Args:
        files: (name, bytes); zips are opened, one level deep.
        limits: Caps on each file and on the whole.

    Yields:
        Slices, and a `Refused` for each file that can't be used. Never raises for content.
    """
    files_left, bytes_left = limits.batch_files, limits.batch_bytes
    for name, data in _expand(files, limits):
        files_left -= 1
        bytes_left -= 0 if isinstance(data, Refused) else len(data)
        if files_left < 0 or bytes_left < 0:
            yield _full(name, limits)
            return
        if isinstance(data, Refused):
            yield data
        else:
            yield from _decoded(name, data, limits)


def order(scans: list[Scan]) -> list[Scan]:
    """Sort slices the way a person would leaf through them.

    Series by series, in the order in which each first appears, its slices by position; pictures,
    which have no series, by name with numbers as numbers (``2`` before ``10``).
    """
    first: dict[str | None, int] = {}
    for scan in scans:
        first.setdefault(scan.series, len(first))
    return sorted(scans, key=lambda scan: (first[scan.series], *_place(scan)))


def _place(scan: Scan) -> tuple[bool, float, list[tuple[bool, int, str]]]:
    at = scan.position if scan.series is not None else None
    parts = re.split(r"(\d+)", scan.name.casefold())
    # int() takes at most a few thousand digits; names are capped far below by `display`.
    natural = [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]
    return at is None, at or 0.0, natural


def _expand(files: Iterable[tuple[str, bytes]], limits: Limits) -> Iterator[tuple[str, bytes | Refused]]:
    for name, data in files:
        if not archive.is_zip(data):
            yield name, data
            continue
        for found in archive.unpack(data, name, limits):
            yield (found.name, found) if isinstance(found, Refused) else (found.name, found.data)


def _decoded(name: str, data: bytes, limits: Limits) -> Iterator[Scan | Refused]:
    try:
        yield from decode(data, name, limits)
    except StudioError as error:
        yield Refused(display(name), error.code, error.sentence)


def _full(name: str, limits: Limits) -> Refused:
    sentence = (
        f"{display(name)} and what follows are left out: at most {limits.batch_files:,} files "
        f"or {limits.batch_bytes // 2**20:,} MB are read at once. Send the rest separately."
    )
    return Refused(display(name), "too-many-files", sentence)
