"""What a data set that is made anew takes over from the one that was there, or that it begins as."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from core.data import catalog, classes, correcting, edits, manifest, split, unpack
from core.data.catalog import LeftOut
from core.data.cataloguing import IMAGES, Found
from core.data.sources import Source


def carry(old: Path, work: Path, *, pixels: bool, rule: bool) -> list[LeftOut]:
    """Take over what a person or an older run left, so that adding is whole or not at all too.

    Pixels are linked, not copied; they never change.

    Args:
        old: The set that was, which stays as it is.
        work: Where the new one is made; made here.
        pixels: Whether its pictures come along.
        rule: Whether its class rule does.

    Returns:
        Its files that are no part of it and will not be met again.
    """
    work.mkdir(parents=True)
    for name in (*([classes.FILE] if rule else []), edits.FILE, manifest.FILE, split.FILE):
        if (old / name).is_file():
            shutil.copyfile(old / name, work / name)
    if not pixels:
        return []
    shutil.copytree(old / IMAGES, work / IMAGES, copy_function=_linked)
    read_again = {path.relative_to(work / IMAGES).as_posix() for path in (work / IMAGES).rglob("*")}
    return [
        one
        for one in catalog.read_left_out(old)
        if one.sentence in unpack.REASONS or one.path not in read_again
    ]


def present(work: Path, before: Sequence[Source]) -> list[Found]:
    """The pictures that were taken over, told as they were when they came in.

    Args:
        work: From `carry`.
        before: The old set's sources.
    """
    found = []
    for one in before:
        root = work / IMAGES / one.name
        files = {
            path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()
        }
        pictures = {PurePosixPath(one.renamed.get(name, name)): path for name, path in files.items()}
        found.append(correcting.found(one, pictures))
    return found


def renamed(found: Found, work: Path) -> dict[str, str]:
    """What files were called in a source, by their names here, where these differ."""
    root = work / IMAGES / found.source
    names = {path.relative_to(root).as_posix(): str(inside) for inside, path in found.pictures.items()}
    return {here: there for here, there in names.items() if here != there}


def _linked(source: str, place: str) -> None:
    try:
        os.link(source, place)
    except OSError:
        shutil.copyfile(source, place)
