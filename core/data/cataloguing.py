"""Reads every picture of a data set once: what it is, what it looks like, where it belongs."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import cv2
import numpy as np

from core.config.settings import Settings
from core.data import classes, grouping, likeness, names
from core.data.catalog import LeftOut, Looks, Slice
from core.data.classes import Rule
from core.data.grouping import Place
from core.data.likeness import Look
from core.errors import DataError, InputError
from core.imaging import quality
from core.imaging.decode import decode
from core.imaging.preprocess import PreprocessSpec, model_grey

IMAGES = "images"
NO_CLASS = "It lies in no folder that stands for a class. Move it into one, or add its folder to the rule."


@dataclass(frozen=True, slots=True)
class Found:
    """A source's pictures.

    Attributes:
        source: Its folder below ``images/``.
        pictures: Where each lies now, by its path in the source.
        rule: Class by folder name or pattern, where a person or a preset said so.
        only: Whether what lies in no folder of the rule is left out.
        patients: Whose slice a picture is, by its path in the source, where that is known.
        alone: Whether its pictures stand in no order, so that nothing is told from their numbers.
    """

    source: str
    pictures: Mapping[PurePosixPath, Path]
    rule: Rule = field(default_factory=dict)
    only: bool = False
    patients: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False


class _Seen(NamedTuple):
    """What is kept of a picture that could be read."""

    sha256: str
    width: int
    height: int
    bits: int
    format: str
    mean: float
    spread: float
    flaw: str
    look: Look
    series: str | None
    patient: str | None
    position: float | None


class _Item(NamedTuple):
    source: str
    inside: PurePosixPath
    path: Path
    folder: str
    label: str
    patient: str | None
    alone: bool


def catalogue(
    data: Path,
    brought: Sequence[Found],
    settings: Settings,
    progress: Callable[[str, float], None],
) -> tuple[list[Slice], Looks, list[LeftOut], dict[str, str | None]]:
    """Read, describe and group every picture.

    Args:
        data: The data set's folder, with ``images/``.
        brought: Its pictures, source by source.
        settings: Caps on what is decoded.
        progress: Told what is being done and how far it is.

    Returns:
        Slices in the order of their paths, their looks row for row, the pictures that are no part
        of the set, and the class rule that was used.

    Raises:
        DataError: Fewer than two classes are there.
    """
    items, left = _classed(data, brought)
    seen: list[tuple[_Item, _Seen]] = []
    with ThreadPoolExecutor(settings.threads) as readers:
        for number, (item, one) in enumerate(
            zip(items, readers.map(lambda item: _see(item.path, settings), items), strict=True)
        ):
            if isinstance(one, str):
                left.append(LeftOut(_below(item.path, data), one))
            else:
                seen.append((item, one))
            if number % 50 == 0:
                progress("reading slices", number / len(items))
    rule: dict[str, str | None] = {item.folder: item.label for item, _ in seen}
    if len(set(rule.values())) < 2:
        raise DataError(
            _too_few(data.name, sorted(set(map(str, rule.values()))), len(seen), left), "no-classes"
        )
    progress("grouping", 0.0)
    groups = grouping.infer(_places(seen), [one.look for _, one in seen])
    looks = Looks(
        np.stack([one.look.thumbnail for _, one in seen]),
        np.array([one.look.hash for _, one in seen], np.uint64),
        groups.twins,
    )
    slices = [
        _slice(item, one, data, series, group, plane)
        for (item, one), series, group, plane in zip(
            seen, groups.series, groups.blocks, groups.planes, strict=True
        )
    ]
    return slices, looks, left, rule


def _classed(data: Path, brought: Sequence[Found]) -> tuple[list[_Item], list[LeftOut]]:
    """Pictures with their classes, in the order of their paths, and those without one."""
    items, left = [], []
    for one in brought:
        told = classes.infer(list(one.pictures), one.rule, only=one.only)
        for inside, path in one.pictures.items():
            if inside in told:
                items.append(
                    _Item(one.source, inside, path, *told[inside], one.patients.get(str(inside)), one.alone)
                )
            else:
                left.append(LeftOut(_below(path, data), NO_CLASS))
    return sorted(items, key=lambda item: item.path), left


def _see(path: Path, settings: Settings) -> _Seen | str:
    """What a picture shows, or why it can't be read."""
    try:
        data = path.read_bytes()
        frames = decode(data, path.name, settings.limits)
    except InputError as error:
        return error.sentence
    if len(frames) > 1:
        return f"It holds {len(frames)} slices in one file. Export them as single files."
    scan, grey = frames[0], model_grey(frames[0], PreprocessSpec())
    mean, spread = (float(one[0, 0]) for one in cv2.meanStdDev(grey))
    return _Seen(
        hashlib.sha256(data).hexdigest(),
        scan.width,
        scan.height,
        scan.bits,
        scan.format,
        round(mean, 2),
        round(spread, 2),
        " ".join(reason.sentence for reason in quality.check(grey, scan)),
        likeness.look(grey),
        scan.series,
        scan.patient,
        scan.position,
    )


def _places(seen: Sequence[tuple[_Item, _Seen]]) -> list[Place]:
    """Where slices stand in their sources' order; DICOM files say it, names of others tell it."""
    series: dict[str, str] = {}
    patients: dict[str, str] = {}
    found = []
    for (item, one), (inside, outer) in zip(seen, _own_folders([item for item, _ in seen]), strict=True):
        stem, number = names.sequence(item.inside)
        # hashes are salted anew in each process; the order of appearance is not
        own = series.setdefault(one.series, f"{len(series):06d}") if one.series else None
        person = item.patient or one.patient
        whose = patients.setdefault(person, f"{len(patients):06d}") if person else None
        at = number if one.position is None else one.position
        found.append(Place(item.label, own or f"{inside}{stem}", at, own, whose, outer, item.alone))
    return found


def _own_folders(items: Sequence[_Item]) -> list[tuple[str, str]]:
    """The folders of each picture that not all of its source share, such as one a patient.

    Each has its own numbers. Those of classes and of the source's own splits count on across them.

    Returns:
        These folders as a path, and below a class the outer one where one lies in another: the
        patient's, where a patient has a folder a series.
    """
    folders = [names.above(item.inside) for item in items]
    shared: dict[str, set[str]] = {}
    for item, above in zip(items, folders, strict=True):
        shared.setdefault(item.source, set(above)).intersection_update(above)
    found = []
    for item, above in zip(items, folders, strict=True):
        own = [name for name in above if name != item.folder and name not in shared[item.source]]
        start = above.index(item.folder) + 1 if item.folder in above else len(above)
        below = [name for name in above[start:] if name in own]
        found.append(("".join(f"{name}/" for name in own), below[0] if len(below) > 1 else ""))
    return found


def _slice(item: _Item, one: _Seen, data: Path, series: str, group: str, plane: str) -> Slice:
    return Slice(
        path=item.path.relative_to(data).as_posix(),
        folder=item.folder,
        sha256=one.sha256,
        width=one.width,
        height=one.height,
        bits=one.bits,
        format=one.format,
        mean=one.mean,
        spread=one.spread,
        flaw=one.flaw,
        source=item.source,
        own_split=names.source_split(item.inside),
        series=series,
        group=group,
        plane=plane,
    )


def _below(path: Path, data: Path) -> str:
    return path.relative_to(data / IMAGES).as_posix()


def _too_few(name: str, labels: Sequence[str], readable: int, left: Sequence[LeftOut]) -> str:
    """Why a set with fewer than two classes is none."""
    if not readable and not left:
        return f"{name} can't be a data set: no picture was found. Give a folder with a folder per class."
    if not readable:
        return (
            f"{name} can't be a data set: none of {len(left)} pictures can be used. The first, "
            f"{left[0].path}: {left[0].sentence}"
        )
    return (
        f"{name} needs at least two folders of pictures, one for each class; found {readable:,} readable "
        f"pictures in {len(labels)} ({', '.join(labels)})."
    )
