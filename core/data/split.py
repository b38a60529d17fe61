"""A data set's manifest: classes as a person left them, every slice in its part of the split."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import params
from core.config.params import Split
from core.data import dealing, edits, manifest, sources
from core.data.catalog import Slice
from core.data.manifest import Row
from core.errors import DataError
from core.storage import write_text

FILE = "split.json"
PARTS = ("train", "val", "test")


def split(folder: Path, chosen: Split) -> list[Row]:
    """Deal a data set's slices and write its manifest.

    Args:
        folder: The data set's.
        chosen: How.

    Returns:
        The manifest.

    Raises:
        DataError: The set is missing, or has too few classes or patient blocks for this.
        StorageError: The disk is full or refuses.
    """
    rows = deal(folder, chosen)
    write(folder, rows, chosen)
    return rows


def write(folder: Path, rows: Sequence[Row], chosen: Split) -> None:
    """Keep a split. How it was dealt names the manifest it belongs to, so a kill in between mixes nothing."""
    manifest.write(folder, rows)
    write_text(folder / FILE, json.dumps(_how(rows, chosen), indent=2) + "\n")


def gaps(rows: Sequence[Row]) -> list[str]:
    """Which classes a part goes without, as sentences; few large groups can't be in every part."""
    parts = sorted({row.split for row in rows})
    if not set(parts).isdisjoint(PARTS):
        parts = list(PARTS)
    found = []
    for label in manifest.classes(rows):
        mine = [row for row in rows if row.label == label]
        lacking = [part for part in parts if part not in {row.split for row in mine}]
        if lacking:
            blocks = len({row.group for row in mine})
            found.append(
                f"{label} comes from {blocks} patient block{'' if blocks == 1 else 's'}; "
                f"part {', '.join(lacking)} has none of it."
            )
    return found


def deal(folder: Path, chosen: Split) -> list[Row]:
    """What `split` writes.

    A group keeps the part that an older manifest gave it, where that was dealt in the same way: new
    slices fill up, and no figure changes because an old slice changed sides.
    """
    known = edits.labelled(folder)
    several = len({one.source for one, _ in known}) > 1
    rows = [_row(one, label, several) for one, label in known]
    if len(manifest.classes(rows)) < 2:
        raise DataError(
            f"{folder.name} has only one class left. Include slices of another, or mend its class rule.",
            "no-classes",
        )
    parts = _dealt([one for one, _ in known], rows, _before(folder, chosen), chosen)
    return [replace(row, split=str(part)) for row, part in zip(rows, parts, strict=True)]


def as_before(folder: Path) -> Split:
    """How a set is dealt now, so that new slices keep what a person chose; else as params.yaml says."""
    usual = params.load().split
    try:
        kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
        fields = {name: value for name, value in kept.items() if name in Split.model_fields}
        return Split.model_validate({**usual.model_dump(), **fields})
    except (OSError, ValueError, AttributeError):
        return usual


def leaks(rows: Sequence[Row]) -> bool:
    """Whether slices of one group lie in two parts."""
    return len({(row.group, row.split) for row in rows}) > len({row.group for row in rows})


def names(chosen: Split) -> tuple[str, ...]:
    """What a split's parts are called."""
    return PARTS if chosen.parts else tuple(map(str, range(chosen.folds)))


def _dealt(
    slices: Sequence[Slice], rows: Sequence[Row], before: dict[str, str], chosen: Split
) -> NDArray[np.str_]:
    labels = [row.label for row in rows]
    parts = names(chosen)
    if chosen.strategy == "random":
        dealt = (
            dealing.random_parts(labels, chosen.parts, chosen.seed)
            if chosen.parts
            else dealing.random(labels, chosen.folds, chosen.seed)
        )
        return np.array(parts)[dealt]
    usual = [not sources.only_learnt(one.source) for one in slices]
    tested = {row.group for row, one in zip(rows, usual, strict=True) if one} or {row.group for row in rows}
    main = [at for at, row in enumerate(rows) if row.group in tested]
    # blocks of corrections alone never leave the first part: they are there to be learnt from
    found = np.full(len(rows), parts[0], dtype=object)
    some, came = [rows[at] for at in main], [slices[at] for at in main]
    found[main] = np.array(parts, object)[_whole_groups(came, some, parts, before, chosen)]
    return found.astype(str)


def _whole_groups(
    slices: Sequence[Slice],
    rows: Sequence[Row],
    parts: Sequence[str],
    before: Mapping[str, str],
    chosen: Split,
) -> NDArray[np.intp]:
    """(N,) part of each slice."""
    groups = [row.group for row in rows]
    first = [one.source == _first(slices) for one in slices]
    held = {group: parts.index(part) for group, part in _held(rows, before).items()}
    # a set of few patient blocks has fewer folds than asked for, and more once there are more blocks
    count = len(parts) if chosen.parts else min(len(parts), len(set(groups)))
    if max(held.values(), default=0) >= count:
        # blocks were merged or left out since: folds with none left go, the others stay as they are
        full = sorted(set(held.values()))
        held = {group: full.index(fold) for group, fold in held.items()}
    labels = [row.label for row in rows]
    return dealing.folds(labels, groups, count, chosen.seed, first, shares=chosen.parts, held=held)


def _first(slices: Sequence[Slice]) -> str:
    """The source that parts are made even by."""
    names = [one.source for one in slices]
    return next((name for name in names if not sources.only_learnt(name)), names[0])


def _held(rows: Sequence[Row], before: Mapping[str, str]) -> dict[str, str]:
    """The part that each old group keeps: the one where most of its old slices were."""
    votes: dict[str, Counter[str]] = {}
    for row in rows:
        if row.sha256 in before:
            votes.setdefault(row.group, Counter())[before[row.sha256]] += 1
    return {group: min(found, key=lambda part: (-found[part], part)) for group, found in votes.items()}


def _before(folder: Path, chosen: Split) -> dict[str, str]:
    """The part of each file, by digest, in an older manifest that was dealt in the same way."""
    if chosen.strategy == "random":
        return {}
    try:
        old = manifest.read(folder)
        how = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (DataError, OSError, ValueError):
        return {}
    return {row.sha256: row.split for row in old} if how == _how(old, chosen) else {}


def _how(rows: Sequence[Row], chosen: Split) -> dict[str, Any]:
    """What is kept beside a manifest: how it was dealt, and which one it was."""
    fields = chosen.model_dump(mode="json", include={"strategy", "folds", "parts", "seed"})
    return {**fields, "manifest": manifest.digest(rows)}


def _row(one: Slice, label: str, several: bool) -> Row:
    return Row(
        path=one.path,
        label=label,
        sha256=one.sha256,
        width=one.width,
        height=one.height,
        series=one.series,
        group=one.group,
        plane=one.plane,
        source_split=one.own_split or (one.source if several else ""),
    )
