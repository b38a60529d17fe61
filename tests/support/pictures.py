"""Small quick pictures in class folders and zips, and what a data set's folder holds."""

import hashlib
import zipfile
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from core.config.settings import Settings
from core.data import catalog, manifest, sets
from tests.support.scans import png


def picture(*seed: int) -> np.ndarray:
    """(40, 48) uint8, unlike that of any other seed."""
    rng = np.random.default_rng(seed)
    return cv2.resize(rng.integers(0, 255, (8, 8), np.uint8), (48, 40), interpolation=cv2.INTER_CUBIC)


def write(folder: Path, label: str, count: int, seed: int = 0) -> None:
    """Pictures in a class folder, numbered, two of each kind."""
    (folder / label).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        drawn = picture(seed, number // 2, sum(label.encode()))
        (folder / label / f"{label} ({number + 1}).png").write_bytes(png(drawn))


def two_classes(folder: Path, count: int = 6, seed: int = 0) -> Path:
    for label in ("Cyst", "Normal"):
        write(folder, label, count, seed)
    return folder


def packed(target: Path, members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return target


def members(folder: Path) -> list[tuple[str, bytes]]:
    return [
        (path.relative_to(folder).as_posix(), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file by its path, hidden ones too."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in members(folder)}


def whole(here: Settings) -> list[str]:
    """The sets that are listed, each read in full: manifest, catalogue and pixels belong together."""
    for name in sets.names(here):
        folder = sets.folder(name, here)
        rows = manifest.read(folder)
        assert [one.path for one in catalog.read(folder)] == [row.path for row in rows]
        assert len(catalog.read_looks(folder).thumbnails) == len(rows)
        held = contents(folder)
        assert all(held[row.path] == row.sha256 for row in rows)
    return sets.names(here)
