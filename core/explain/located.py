"""Where slices that are known by their digests lie on this machine: in which data set, as which file."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from sys import intern
from typing import NamedTuple

from core.config.settings import Limits, Settings
from core.data import manifest, sets
from core.domain import Scan
from core.errors import InputError, StudioError
from core.imaging.decode import decode


@dataclass(frozen=True, slots=True)
class Located:
    """A slice's file.

    Attributes:
        digest: SHA-256 (hex) that it had when it was ingested.
        path: Where it is.
    """

    digest: str
    path: Path


def located(digests: Collection[str], settings: Settings) -> dict[str, Located]:
    """Those of some slices that a data set on this machine has.

    Args:
        digests: SHA-256 (hex) of their files.
        settings: Where data sets are.
    """
    found: dict[str, Located] = {}
    for folder, rows in _all(settings):
        for digest in digests:
            if digest in rows and digest not in found:
                found[digest] = Located(digest, folder / rows[digest].path)
    return found


def mates(digest: str, settings: Settings) -> frozenset[str]:
    """Slices of the same patient block, itself among them, as the data sets on this machine know them.

    Args:
        digest: SHA-256 (hex) of a slice's file.
        settings: Where data sets are.

    Returns:
        SHA-256 of each; the slice alone where no data set has it.
    """
    found = {digest}
    for _, rows in _all(settings):
        if digest in rows:
            block = rows[digest].group
            found |= {other for other, row in rows.items() if row.group == block}
    return frozenset(found)


def scan(place: Located, limits: Limits) -> Scan:
    """Read a slice that was located.

    Args:
        place: From `located`.
        limits: Caps on what is decoded.

    Raises:
        InputError: It is gone, was changed since, or can't be decoded.
    """
    try:
        data = place.path.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != place.digest:
        raise InputError(
            f"The slice {place.digest[:8]} isn't what its data set says: it is gone or was changed. Ingest "
            "the set again.",
            "no-slice",
        )
    return decode(data, place.digest[:8], limits)[0]


class _Known(NamedTuple):
    path: str
    group: str


def _all(settings: Settings) -> Iterator[tuple[Path, Mapping[str, _Known]]]:
    """Every data set that is split; one that can't be read has no slices."""
    for name in sets.names(settings):
        folder = sets.folder(name, settings)
        try:
            stamp = (folder / manifest.FILE).stat()
            yield folder, _rows(folder, stamp.st_mtime_ns, stamp.st_ino)
        except (OSError, StudioError):
            continue


@lru_cache(maxsize=8)
def _rows(folder: Path, *_stamp: int) -> Mapping[str, _Known]:
    """A data set's slices by SHA-256, read once until its manifest changes."""
    return {row.sha256: _Known(row.path, intern(row.group)) for row in manifest.read(folder)}
