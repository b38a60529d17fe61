"""Puts corrections into a data set: a slice that it has gets another class, others come in beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from core.config.settings import Limits
from core.data import catalog, classes, corrections_zip, edits, likeness, pictures, unpack
from core.data.catalog import LeftOut, Slice
from core.data.cataloguing import IMAGES, Found
from core.data.classes import Rule
from core.data.corrections import Correction
from core.data.edits import Edits
from core.data.sources import CORRECTIONS, Source
from core.errors import DataError
from core.imaging.decode import decode
from core.imaging.preprocess import PreprocessSpec, model_grey


@dataclass(frozen=True, slots=True, eq=False)
class Brought:
    """What a source brought into a set.

    Attributes:
        source: It; of corrections, with the classes of its folders and whose slices are whose.
        found: The slices that the set had not.
        left: Files that are no part of the set.
        relabelled: Class by path of slices that the set had.
    """

    source: Source
    found: Found
    left: Sequence[LeftOut] = ()
    relabelled: Mapping[str, str] = field(default_factory=dict)


def named(mark: Source, path: object, *, must: bool) -> Source:
    """A source under the name that corrections have; one of another kind as it is.

    Args:
        mark: The source.
        path: Where it is, if it is a file.
        must: Whether only corrections will do.

    Raises:
        DataError: They are none, and only they will do.
    """
    if isinstance(path, Path) and corrections_zip.is_one(path):
        return replace(mark, name=CORRECTIONS)
    if must:
        raise DataError(
            f"{mark.origin} is no zip of corrections, which alone can be put on top of a data set. Export "
            "one from Review, or ingest this without a base.",
            "no-corrections",
        )
    return mark


def bring(path: Path, mark: Source, base: Path, work: Path, limits: Limits) -> Brought:
    """Write the slices down that a set has not, and say which of its own are of another class.

    Args:
        path: The zip.
        mark: It, as a source of the new set.
        base: The set's folder, whole.
        work: Where the new set is made.
        limits: Caps on what is read.

    Raises:
        DataError: The zip can't be used, or says a class that the set has not.
        OSError: The disk refuses.
    """
    given = corrections_zip.read(path, limits)
    folders = _folders(classes.read(base), given.slices, base.name, unpack.text(path.name))
    known = _Known(base, limits)
    relabelled: dict[str, str] = {}
    files: dict[PurePosixPath, Path] = {}
    patients: dict[str, str] = {}
    for one in given.slices:
        folder, label = folders[one.label]
        same = known.same(one, given.pictures[one.file])
        relabelled |= dict.fromkeys(same, label)
        if not same:
            inside = PurePosixPath(folder, f"{one.sha256}.png")
            files[inside] = _written(given.pictures[one.file], work / IMAGES / mark.name, inside)
            patients |= {str(inside): one.patient} if one.patient else {}
    source = replace(mark, rule=dict(folders.values()), only=True, patients=patients)
    return Brought(source, found(source, files), relabelled=relabelled)


def found(source: Source, files: Mapping[PurePosixPath, Path]) -> Found:
    """A source's pictures, with all that is known of them."""
    return Found(source.name, files, source.rule, source.only, source.patients, source.only_learnt)


def relabel(work: Path, labels: Mapping[str, str]) -> None:
    """Give slices of a set that was just catalogued other classes, as a person would."""
    now, rule = edits.read(work), classes.read(work)
    own = {one.path: rule.get(one.folder) for one in catalog.read(work)}
    changed = {**now.labels, **labels}
    kept = {path: label for path, label in changed.items() if path not in labels or own[path] != label}
    edits.keep(work, Edits(labels=kept, excluded=now.excluded))


def _folders(rule: Rule, slices: Sequence[Correction], base: str, name: str) -> dict[str, tuple[str, str]]:
    """(folder, class) of the set for each class that corrections say."""
    known = sorted({label for label in rule.values() if label})
    found: dict[str, tuple[str, str]] = {}
    for said in sorted({one.label for one in slices}):
        # a class that a person has renamed in the set is known by its folder
        label = said if said in known else rule.get(said)
        if label is None:
            raise DataError(
                f'{name} says "{said}", and {base} has no such class: it has {", ".join(known)}. Take a set '
                "with the classes of the model that was corrected.",
                "unknown-class",
            )
        folders = sorted(folder for folder, own in rule.items() if own == label)
        found[said] = (said if said in folders else folders[0], label)
    return found


def _written(data: bytes, place: Path, inside: PurePosixPath) -> Path:
    target = place.joinpath(*map(unpack.fitting, inside.parts))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return target


class _Known:
    """The slices of a set, to be asked for by file and by picture."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder, self._limits = folder, limits
        self._slices = catalog.read(folder)
        self._looks = catalog.read_looks(folder)
        self._files: dict[str, list[str]] = {}
        for one in self._slices:
            self._files.setdefault(one.sha256, []).append(one.path)

    def same(self, one: Correction, picture: bytes) -> list[str]:
        """Paths of the slices that are this one: the same file, or the same pixels as a model sees them."""
        grey = model_grey(decode(picture, one.file, self._limits)[0], PreprocessSpec())
        look = likeness.look(grey)
        files = {*self._files.get(one.source_sha256, ()), *self._files.get(one.sha256, ())}
        alike = [
            self._slices[at].path
            for at in np.flatnonzero(self._looks.hashes == np.uint64(look.hash)).tolist()
            if np.array_equal(self._looks.thumbnails[at], look.thumbnail)
            and self._shows(self._slices[at], grey)
        ]
        return sorted({*files, *alike})

    def _shows(self, other: Slice, grey: NDArray[np.uint8]) -> bool:
        return np.array_equal(pictures.grey(self._folder / other.path, PreprocessSpec(), self._limits), grey)
