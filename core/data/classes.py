"""The class rule: which folder's pictures are of which class, as a file that a person may edit."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path, PurePosixPath

from core.data import presets
from core.data.names import above, source_split
from core.errors import DataError
from core.storage import write_text

FILE = "classes.json"
_SEPARATORS = "_- ."
_FORMULA = ("=", "+", "-", "@")
Rule = Mapping[str, str | None]
"""A class by folder name; None leaves the folder out."""


def read(folder: Path) -> dict[str, str | None]:
    """A data set's rule.

    Raises:
        DataError: It is missing or damaged.
    """
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if not all(isinstance(label, str | None) for label in found.values()):
            raise ValueError("labels")
        return dict(found)
    except (OSError, ValueError, AttributeError):
        raise DataError(
            f"The class rule of {folder.name} can't be read. Mend {folder / FILE}, or delete the set and "
            "ingest it again.",
            "classes-damaged",
        ) from None


def write(folder: Path, rule: Rule) -> None:
    """Keep a rule.

    Args:
        folder: The data set's.
        rule: A class, or None to leave it out, by folder name.

    Raises:
        DataError: It leaves fewer than two classes.
    """
    kept = {name: _inert((label or "").strip()) or None for name, label in rule.items()}
    left = sorted({label for label in kept.values() if label})
    if len(left) < 2:
        raise DataError(
            f"A rule needs at least two classes; this one has {', '.join(left) or 'none'}.", "no-classes"
        )
    write_text(folder / FILE, json.dumps(kept, indent=2, ensure_ascii=False) + "\n")


def infer(
    paths: Sequence[PurePosixPath], known: Rule | None = None, *, only: bool = False
) -> dict[PurePosixPath, tuple[str, str]]:
    """Tell the class of pictures by their folders.

    A picture's class is that of the nearest folder above it that is known. Of other pictures the
    classes are the level of folders where two are called as in a known task, or the first level that
    branches, names of splits not counted, or a deeper one whose names come back below several of
    these (hospital/class). Folders of the source's own splits that one class names differently are
    joined: one that begins with the whole name of another, as ``adenocarcinoma_left.lobe`` does with
    ``adenocarcinoma``, is that class.

    Args:
        paths: Of pictures, below their source's folder.
        known: Classes by folder name or pattern (``*``), in any case; None leaves a folder out.
        only: Leave out what lies in no known folder.

    Returns:
        (folder name, class) by path; pictures without a class are left out.
    """
    fitting = {path: one for path in paths if (one := _fitting(path, known or {}))}
    found = fitting if only else {**_inferred(paths), **fitting}
    return {path: (name, _inert(label)) for path, (name, label) in found.items() if label}


def _inert(label: str) -> str:
    """A class that no spreadsheet takes for a formula when it opens a manifest (OWASP, "CSV injection")."""
    return f"_{label}" if label.startswith(_FORMULA) else label


def told(folders: Iterable[str], known: Rule) -> dict[str, str | None]:
    """What a rule says of folders; those it says nothing of are not in it.

    Args:
        folders: Names.
        known: Classes by folder name or pattern; of several that fit, the first counts.
    """
    found: dict[str, str | None] = {}
    for name in folders:
        for pattern, label in known.items():
            if name == pattern or fnmatchcase(name.casefold(), pattern.casefold()):
                found[name] = label
                break
    return found


def _inferred(paths: Sequence[PurePosixPath]) -> dict[PurePosixPath, tuple[str, str]]:
    level = _level([above(path) for path in paths])
    named = {path: folders[level] for path in paths if len(folders := above(path)) > level}
    rule = _joined({(source_split(path), name) for path, name in named.items()})
    return {path: (name, rule[name]) for path, name in named.items()}


def _fitting(path: PurePosixPath, known: Rule) -> tuple[str, str | None] | None:
    found = told(path.parts[:-1], known)
    return next(((name, found[name]) for name in reversed(path.parts[:-1]) if name in found), None)


def _level(folders: Sequence[tuple[str, ...]]) -> int:
    """At which depth the class is told: where classes are called as in a known task, else by the branches."""
    deepest = max(map(len, folders), default=0)
    for at in range(deepest):
        if sum(name.casefold() in _known_classes() for name in _names(folders, at)) > 1:
            return at
    level = next((at for at in range(deepest) if len(_names(folders, at)) > 1), max(0, deepest - 1))
    while level + 1 < deepest and _comes_back(folders, level + 1):
        level += 1
    return level


@lru_cache(maxsize=1)
def _known_classes() -> frozenset[str]:
    return frozenset(label.casefold() for task in presets.table().values() for label in task.classes)


def _names(folders: Iterable[tuple[str, ...]], level: int) -> set[str]:
    return {parts[level] for parts in folders if len(parts) > level}


def _comes_back(folders: Iterable[tuple[str, ...]], level: int) -> bool:
    """Whether most names at a depth lie below several folders; numbered ones (patients) don't count."""
    places = {(parts[level - 1], parts[level]) for parts in folders if len(parts) > level}
    kinds = {"".join(letter for letter in name if not letter.isdigit()) for _, name in places}
    parents = Counter(name for _, name in places)
    return len(kinds) > 1 and 2 * sum(count > 1 for count in parents.values()) > len(parents)


def _joined(found: set[tuple[str, str]]) -> dict[str, str]:
    """A class for each folder name, given (split, folder name) pairs."""
    rule: dict[str, str] = {}
    for split, name in sorted(found):
        here = {other.casefold() for part, other in found if part == split} - {name.casefold()}
        wider = [
            other
            for part, other in found
            if part != split and other.casefold() not in here and _begins(name.casefold(), other.casefold())
        ]
        rule.setdefault(name, min(wider, key=lambda other: (len(other), other), default=name))
    spelt: dict[str, str] = {}
    for label in sorted(rule.values()):
        spelt.setdefault(label.casefold(), label)
    return {name: spelt[label.casefold()] for name, label in rule.items()}


def _begins(name: str, other: str) -> bool:
    return name != other and name.startswith(other) and name[len(other)] in _SEPARATORS
