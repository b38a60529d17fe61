"""Data sets that have a catalogue and no pixels, so that a test knows every number in them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from core.data import catalog, classes
from core.data.catalog import LeftOut, Looks, Slice


def picture(
    name: str,
    folder: str = "Cyst",
    *,
    file: str = "",
    group: str = "",
    series: str = "",
    source: str = "a",
    own_split: str = "",
    size: tuple[int, int] = (100, 80),
    mean: float = 40.0,
    spread: float = 50.0,
    bits: int = 8,
    format: str = "PNG",
    flaw: str = "",
) -> Slice:
    """A slice; equal only to those with the same file, of a patient of its own unless told."""
    inside = f"{own_split}/{folder}" if own_split else folder
    return Slice(
        path=f"images/{source}/{inside}/{name}",
        folder=folder,
        sha256=file or f"sha of {source} {inside} {name}",
        width=size[0],
        height=size[1],
        bits=bits,
        format=format,
        mean=mean,
        spread=spread,
        flaw=flaw,
        source=source,
        own_split=own_split,
        series=series or f"S {name}",
        group=group or f"P {name}",
        plane="axial",
    )


def catalogued(
    folder: Path,
    slices: Sequence[Slice],
    twins: Sequence[tuple[int, int]] = (),
    left_out: Sequence[LeftOut] = (),
    rule: Mapping[str, str | None] | None = None,
) -> Path:
    """A data set's folder, as ingest leaves it but for pixels and manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    count = len(slices)
    looks = Looks(
        np.zeros((count, 64, 64), np.uint8),
        np.zeros(count, np.uint64),
        np.array(twins, np.int32).reshape(-1, 2),
    )
    catalog.write(folder, slices, looks, left_out)
    classes.write(folder, rule or {"Cyst": "Cyst", "Stone": "Stone"})
    return folder
