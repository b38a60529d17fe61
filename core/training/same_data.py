"""A run that is taken up again goes on with the data that it began with, or not at all."""

from pathlib import Path

from core.data import manifest
from core.errors import DataError
from core.storage import write_text

FILE = "manifest.sha256"


def see(folder: Path, data: Path, begun: bool) -> None:
    """Note which data a run learns from; on a later start, see that it is the same.

    Args:
        folder: The run's own.
        data: The data set's folder.
        begun: Something was learnt or measured already, which other data would be mixed with.

    Raises:
        DataError: The manifest is missing or damaged, or says something else than it did.
        StorageError: The disk is full or can't be written to.
    """
    now, kept = manifest.digest(manifest.read(data)), folder / FILE
    before = kept.read_text(encoding="ascii").strip() if kept.is_file() else ""
    if before == now:
        return
    if begun and before:
        raise DataError(
            f"The data set {data.name} was changed since this run began, and what it learnt and measured so "
            "far is of the slices and classes before. Start a new run with the same recipe.",
            "data-changed",
        )
    write_text(kept, f"{now}\n")
