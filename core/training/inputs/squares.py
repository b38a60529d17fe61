"""A data set's slices as framed squares, decoded once for all copies, epochs and runs."""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.config.settings import Limits, Settings
from core.data import catalog, pictures
from core.data.manifest import Row
from core.errors import DataError
from core.imaging import (
    body,
    decode,
    dicom,
    dicom_geometry,
    dicom_values,
    header,
    picture,
    preprocess,
    signature,
    tiff_header,
    window,
)
from core.imaging.preprocess import PreprocessSpec, frame, model_grey
from core.jobs.reporter import Progress
from core.storage import write_text, writing
from core.training.inputs import cache, chunks

Square = NDArray[np.uint8]

READING = (
    decode, dicom, dicom_geometry, dicom_values, header, picture, signature, tiff_header, window, pictures,
    body, preprocess,
)  # fmt: skip
"""The code from a file to a square, beside this."""
_LIST = ".txt"
"""Of the file that says which slices are kept together, a digest a line."""


def squares(
    data: Path, rows: Sequence[Row], spec: PreprocessSpec, settings: Settings, progress: Progress
) -> NDArray[np.uint8]:
    """Framed slices, not equalised; kept, and taken up where a run was killed.

    Args:
        data: The data set's folder.
        rows: Which slices, at least one.
        spec: The model's preprocessing; its CLAHE plays no part.
        settings: Where they are kept, how many threads may work, what may be decoded.
        progress: Told how far it is, with slices/s and the time left, and the share done.

    Returns:
        (N, S, S) uint8, mapped from the disk, read-only.

    Raises:
        DataError: A slice is gone or is not the one that was ingested.
        InputError: A slice can't be decoded.
        StorageError: The disk is full or can't be written to.
    """
    path = _place(data, rows, spec, settings)
    if not path.is_file():
        cache.tidy(settings, data.name)
        with writing(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path.with_suffix(_LIST), "\n".join(row.sha256 for row in rows))

    def one(number: int) -> Square:
        return square(data, rows[number], spec, settings.limits)

    def tell(words: str, share: float) -> None:
        progress(f"squares: {words}", share)

    with ThreadPoolExecutor(settings.threads) as workers:
        return chunks.array(path, len(rows), partial(workers.map, one), tell)


def one_by_one(
    data: Path, rows: Sequence[Row], spec: PreprocessSpec, settings: Settings, progress: Progress
) -> Callable[[int], Square]:
    """`squares`, to be asked for by number. Of slices kept among more slices, none is decoded again."""
    asked = [row.sha256 for row in rows]
    path = _place(data, rows, spec, settings)
    listed = path.parent.glob(f"{_framing(spec)}-*{_LIST}")
    for one in (path.with_suffix(_LIST), *sorted(listed)):
        there = _listed(one)
        found = chunks.kept(one.with_suffix(path.suffix), len(there)) if set(there) >= set(asked) else None
        if found is not None:
            places = {digest: place for place, digest in enumerate(there)}
            return partial(_at, found, [places[digest] for digest in asked])
    return partial(_at, squares(data, rows, spec, settings, progress), range(len(rows)))


def _at(found: NDArray[np.uint8], places: Sequence[int], number: int) -> Square:
    return np.asarray(found[places[number]])


def _listed(path: Path) -> list[str]:
    """The digests of slices that are kept together, in order; none where that can't be told."""
    try:
        return path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        return []


def _place(data: Path, rows: Sequence[Row], spec: PreprocessSpec, settings: Settings) -> Path:
    return cache.place(data.name, settings) / f"{_framing(spec)}-{cache.of_rows(rows)[:32]}.npy"


def _framing(spec: PreprocessSpec) -> str:
    """What a square depends on beside its slice."""
    framing = spec.model_dump(exclude={"clahe_clip", "clahe_tiles"})
    return f"squares-{cache.key([cache.code((*READING, sys.modules[__name__])), framing])}"


def square(data: Path, row: Row, spec: PreprocessSpec, limits: Limits) -> Square:
    """One slice, framed and not equalised: (S, S) uint8.

    Raises:
        DataError: It is gone or is not the one that was ingested.
        InputError: It can't be decoded.
    """
    return frame(grey(data, row, spec, limits), spec)[0]


def grey(data: Path, row: Row, spec: PreprocessSpec, limits: Limits) -> NDArray[np.uint8]:
    """One slice as it was ingested, in the model's window: (H, W) uint8.

    Raises:
        DataError: It is gone or is not the one that was ingested.
        InputError: It can't be decoded.
    """
    try:
        scan = pictures.scan(data / row.path, limits)
    except OSError:
        if not (data / catalog.FILE).is_file():
            raise catalog.missing(data) from None
        raise _changed(data, row, "can't be read any more") from None
    if scan.digest.partition("#")[0] != row.sha256:
        raise _changed(data, row, "is another file than the one that was ingested")
    return model_grey(scan, spec)


def _changed(data: Path, row: Row, how: str) -> DataError:
    return DataError(
        f"{row.path} of the data set {data.name} {how}. Ingest the data set again.", "data-damaged"
    )
