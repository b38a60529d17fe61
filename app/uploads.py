"""Zips that come in through the browser: on disk only as long as a job needs them."""

import re
import secrets
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from core.config.settings import MB, settings
from core.jobs.job import Job
from core.storage import writing

GRACE_S: Final = 600.0
"""A file that no job has taken up for this long belongs to a page that was closed."""
_LONGEST: Final = 60


def keep(stream: BinaryIO, name: str) -> Path:
    """Write an upload down, piece by piece.

    Args:
        stream: Its bytes, read from the start.
        name: What the sender called it; only its letters and digits are kept.

    Returns:
        The file, alone in a folder of its own.

    Raises:
        StorageError: The disk is full or refuses.
    """
    place = _folder() / secrets.token_hex(8)
    with writing(place):
        place.mkdir(parents=True)
        target = place / f"{plain(Path(name).stem) or 'upload'}.zip"
        try:
            stream.seek(0)
            with target.open("wb") as file:
                shutil.copyfileobj(stream, file, MB)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
    return target.resolve()


def drop(path: Path) -> None:
    """Forget an upload that nothing needs."""
    if path.parent.parent == _folder().resolve():
        shutil.rmtree(path.parent, ignore_errors=True)


def sweep(jobs: Sequence[Job]) -> None:
    """Remove what no unfinished job needs any more.

    Args:
        jobs: Every job about data sets.
    """
    if not _folder().is_dir():
        return
    for place in _folder().resolve().iterdir():
        mine = [job for job in jobs if any(_inside(place, one) for one in job.request.get("sources", ()))]
        if all(job.finished for job in mine) if mine else _age(place) > GRACE_S:
            shutil.rmtree(place, ignore_errors=True)


def plain(name: str) -> str:
    """A name of letters, digits, ``-``, ``_`` and ``.``, fit for a data set's."""
    kept = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-._")
    return kept[:_LONGEST].strip("-._")


def _folder() -> Path:
    return settings().var / "data" / ".uploads"


def _inside(place: Path, source: str) -> bool:
    return place in Path(source).parents


def _age(place: Path) -> float:
    """Seconds since anything was written to it."""
    try:
        times = [path.stat().st_mtime for path in (place, *place.iterdir())]
    except OSError:  # another session swept it
        return 0.0
    return time.time() - max(times)
