"""How much a split leaks: near-twins across it, and what remembering pictures alone would score.

The meter for the second is one nearest neighbour on 32 x 32 raw pixels. It learns nothing about
disease, so what it scores on a random split beyond its score by group is memory.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.data import catalog, dealing, edits, manifest, neighbours
from core.data.catalog import Slice
from core.data.likeness import TWIN
from core.data.neighbours import Neighbours, Parts
from core.errors import DataError
from core.storage import write_text

FILE = "leaks.json"
MOST_TWINS = 12
TRAIN, TEST = frozenset({"train", "training"}), frozenset({"test", "testing"})


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Twin(_Frozen):
    """A tested slice and its like in training."""

    test: str = Field(description="path of the tested slice")
    train: str = Field(description="path of the slice it can be recognised by")
    correlation: float = Field(ge=-1, le=1, description="at 32 x 32 pixels")


class SplitLeak(_Frozen):
    """What one split lets through."""

    strategy: str = Field(description="grouped, random, manifest or source")
    slices: int = Field(ge=0, description="tested; where it is 0 the shares say nothing")
    with_twin: float = Field(ge=0, le=1, description="share of tested slices with a near-twin in training")
    accuracy: float = Field(ge=0, le=1, description="of one nearest neighbour on 32 x 32 pixels")
    unseen: float = Field(
        0.0, ge=0, le=1, description="share of tested slices without their class in training"
    )
    twins: tuple[Twin, ...] = Field((), max_length=MOST_TWINS, description="the closest, spread over classes")


class Leaks(_Frozen):
    """The leak meter of a data set."""

    grouped: SplitLeak
    random: SplitLeak
    manifest: SplitLeak
    source: SplitLeak | None = Field(description="the source's own split, where it has train and test")
    sentence: str = Field(description="the finding, for a person")


def measure(
    folder: Path, folds: int, seed: int, progress: Callable[[str, float], None] | None = None
) -> Leaks:
    """Measure how much splits of a data set leak, and keep the result as leaks.json.

    The random and the grouped split are dealt afresh into folds, and each slice is tested once
    against all other folds. The manifest's split is taken as it is: folds likewise, parts by test
    against train. So is the source's own.

    Args:
        folder: The data set's, with a catalogue and a manifest.
        folds: To deal into; fewer where there are fewer groups.
        seed: Of the dealing.
        progress: Told what is being done and the share done.

    Raises:
        DataError: The set or its manifest is missing or damaged, or has a single group.
        StorageError: The disk is full or can't be written to.
    """
    kept = edits.labelled(folder)
    slices, labels = [one for one, _ in kept], [label for _, label in kept]
    splits = _splits(folder, slices, labels, folds, seed)
    row = {one.path: number for number, one in enumerate(catalog.read(folder))}
    thumbnails = catalog.read_looks(folder).thumbnails[[row[one.path] for one in slices]]
    tell = (lambda share: progress("measuring leaks", share)) if progress else None
    answers = neighbours.find(thumbnails, list(splits.values()), tell)
    leaks = {
        name: _leak(name, split, one, slices, labels)
        for (name, split), one in zip(splits.items(), answers, strict=True)
    }
    found = Leaks(
        grouped=leaks["grouped"],
        random=leaks["random"],
        manifest=leaks["manifest"],
        source=leaks.get("source"),
        sentence=sentence(leaks["grouped"], leaks["random"]),
    )
    write_text(folder / FILE, found.model_dump_json(indent=2) + "\n")
    return found


def read(folder: Path) -> Leaks | None:
    """What was measured last; None where nothing was, or not by this version: measure it again.

    Args:
        folder: The data set's.
    """
    try:
        return Leaks.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def sentence(grouped: SplitLeak, random: SplitLeak) -> str:
    """The finding in one sentence."""
    told, honest = round(100 * random.accuracy), round(100 * grouped.accuracy)
    few = (
        f", where {round(100 * grouped.unseen)} % of slices are of a class that no patient block in "
        "training shows"
        if grouped.unseen
        else ""
    )
    if told > honest:
        return (
            f"A split that ignores series would report {told} %; "
            f"the honest figure for the same method is {honest} %{few}."
        )
    return f"A split that ignores series gains nothing here: {told} %, and {honest} % by group{few}."


def _splits(
    folder: Path, slices: Sequence[Slice], labels: Sequence[str], folds: int, seed: int
) -> dict[str, Parts]:
    """The splits to measure, by name."""
    groups = [one.group for one in slices]
    count = min(folds, len(set(groups)))
    if count < 2:
        raise DataError(
            f"All slices of {folder.name} are of one patient block, so no split can keep patients "
            "apart. Add data.",
            "too-few-groups",
        )
    place = {one.path: one.split for one in manifest.read(folder)}
    splits = {
        "grouped": _folds(dealing.folds(labels, groups, count, seed)),
        "random": _folds(dealing.random(labels, count, seed)),
        "manifest": _named([place.get(one.path, "") for one in slices]),
    }
    own = [one.own_split for one in slices]
    if TRAIN & set(own) and TEST & set(own):
        splits["source"] = _named(own)
    return splits


def _folds(part: NDArray[np.intp]) -> Parts:
    every = np.ones(len(part), np.bool_)
    return Parts(part, every, every)


def _named(names: Sequence[str]) -> Parts:
    """Test against train where there are such parts, else each fold against the others."""
    _, part = np.unique(np.array(names, np.str_), return_inverse=True)
    if (TRAIN | TEST) & set(names):
        tested, known = (np.array([name in kind for name in names], np.bool_) for kind in (TEST, TRAIN))
    else:
        tested = known = np.array([bool(name) for name in names], np.bool_)
    return Parts(part, tested, known)


def _leak(
    name: str, split: Parts, found: Neighbours, slices: Sequence[Slice], labels: Sequence[str]
) -> SplitLeak:
    label = np.array(labels, np.str_)
    count = len(found.tested)
    right = label[found.tested] == label[found.nearest]
    return SplitLeak(
        strategy=name,
        slices=count,
        with_twin=float((found.correlation >= TWIN).mean()) if count else 0.0,
        accuracy=float(right.mean()) if count else 0.0,
        unseen=_unseen(split, found.tested, label) if count else 0.0,
        twins=_examples(found, slices, labels),
    )


def _unseen(split: Parts, tested: NDArray[np.intp], label: NDArray[np.str_]) -> float:
    """Share of tested slices whose class is not among those they are compared with."""
    taught = {
        part: set(label[split.known & (split.part != part)].tolist())
        for part in np.unique(split.part[tested]).tolist()
    }
    return float(np.mean([str(label[at]) not in taught[int(split.part[at])] for at in tested]))


def _examples(found: Neighbours, slices: Sequence[Slice], labels: Sequence[str]) -> tuple[Twin, ...]:
    """The closest twins, class by class in turn, no pair twice and one a series."""
    order = np.argsort(-found.correlation, kind="stable")
    queues: dict[str, list[Twin]] = defaultdict(list)
    seen: set[str] = set()
    for at in order[found.correlation[order] >= TWIN]:
        test, train = slices[found.tested[at]], slices[found.alike[at]]
        kin = {test.series or test.path, train.series or train.path}
        if not kin & seen:
            seen |= kin
            close = min(1.0, float(found.correlation[at]))
            queues[labels[found.tested[at]]].append(
                Twin(test=test.path, train=train.path, correlation=round(close, 4))
            )
    ranks = [(rank, -twin.correlation, twin) for one in queues.values() for rank, twin in enumerate(one)]
    return tuple(twin for *_, twin in sorted(ranks, key=lambda one: one[:2])[:MOST_TWINS])
