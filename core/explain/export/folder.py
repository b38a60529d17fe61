"""Exports in a folder: each file whole or not there, none in the place of another slice's."""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.domain import Scan
from core.errors import StorageError
from core.explain.values import Explanation

_LONGEST: Final = 44
"""Bytes of a part of a name."""


def stem(scan: Scan, maps: Iterable[Explanation]) -> str:
    """The beginning of a file's name that no other slice has: its name, digest, frame, target, methods."""
    made = list(maps)
    digest, _, frame = scan.digest.partition("#")
    methods = "+".join(one.ask.method.replace("++", "pp") for one in made)
    layers = [one.ask.layer for one in made if one.ask.layer]
    name, target = Path(scan.name).stem, made[0].ask.target.words
    parts = [_cut(name), digest[:12], frame, _cut(target), methods, *map(_cut, layers[:1])]
    return "-".join(re.sub(r"[^\w.+-]", "_", part) for part in parts if part)


def _cut(words: str) -> str:
    """As much as fits: a file's name has at most 255 bytes. Two that begin alike still differ."""
    whole = words.encode(errors="replace")
    if len(whole) <= _LONGEST:
        return words
    return f"{whole[:_LONGEST].decode(errors='ignore')}.{hashlib.sha256(whole).hexdigest()[:6]}"


def put(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files; a kill leaves each whole or not there.

    Args:
        folder: Made where it isn't there.
        files: Bytes by name.

    Raises:
        StorageError: They can't be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_put(folder / name, data) for name, data in files.items()]
    except OSError as error:
        raise StorageError(
            f"Nothing can be written to {folder}: {error.strerror}. Name another folder with --out.",
            "unwritable",
        ) from None


def _put(target: Path, data: bytes) -> Path:
    part = target.with_name(f".{os.getpid()}-{hashlib.sha256(os.fsencode(target.name)).hexdigest()}.part")
    try:
        part.write_bytes(data)
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    return target
