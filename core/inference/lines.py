"""Files that a person named on a command line, and what is said of each."""

import glob
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from core.config.settings import Limits
from core.errors import InputError
from core.explain import cam, overlay
from core.imaging.archive import is_zip
from core.imaging.names import display
from core.imaging.window import render
from core.inference import record
from core.inference.batch import Case, review
from core.inference.predictor import Predictor
from core.inference.words import percent


def expand(paths: Sequence[str]) -> list[Path]:
    """Files for what was named: folders with all below them, patterns that no shell expanded.

    A path that leads nowhere is kept; its line will say so.
    """
    files: list[Path] = []
    for text in paths:
        path = Path(text)
        if path.is_dir():
            files += sorted(found for found in path.rglob("*") if found.is_file())
        elif not path.exists() and glob.has_magic(text):
            files += sorted(Path(found) for found in glob.glob(text, recursive=True))  # noqa: PTH207 (may be absolute)
        else:
            files.append(path)
    return files


def answers(
    files: Iterable[Path], predictor: Predictor, limits: Limits, heatmap_dir: Path | None
) -> Iterator[dict[str, Any]]:
    """A line's fields per slice; for a file that can't be read, the sentence that says why.

    Args:
        files: Read one after the other.
        predictor: Whom to ask.
        limits: Caps on each file.
        heatmap_dir: Where each slice under its heatmap is written; None writes none.

    Raises:
        InputError: The heatmaps can't be written.
    """
    for path in files:
        try:
            data = read(path, limits)
        except OSError as error:
            yield {"file": str(path), "error": closed(path, error)}
            continue
        for item in review([(str(path), data)], predictor, limits):
            yield _line(path, item, heatmap_dir)


def read(path: Path, limits: Limits) -> bytes:
    """A file, cut off just past its cap; a zip may be as large as a batch.

    Raises:
        OSError: It can't be opened.
    """
    with path.open("rb") as stream:
        data = stream.read(limits.file_bytes + 1)
        more = max(0, limits.batch_bytes - limits.file_bytes) if is_zip(data) else 0
        return data + stream.read(more)


def closed(path: Path, error: OSError) -> str:
    """Why a file can't be opened, for a person."""
    return f"{path} can't be opened: {error.strerror}. Check its path and your rights."


def _line(path: Path, item: Any, heatmap_dir: Path | None) -> dict[str, Any]:
    """What is said of a slice, or of a file without one; inside a zip its name there is added."""
    name = item.scan.name if isinstance(item, Case) else item.name
    whence = {"file": str(path)} if name == display(path.name) else {"file": str(path), "slice": name}
    if isinstance(item, Case):
        drawn = str(_draw(item, heatmap_dir)) if heatmap_dir else None
        return {**record.of(item), **whence, "heatmap": drawn}
    return {**whence, "error": item.sentence}


def _draw(case: Case, folder: Path) -> Path:
    """Write a slice under the heatmap of its most probable class."""
    label = case.prediction.top[0]
    heat = cam.heatmap(case.prediction, label)
    frame = case.scan.digest.partition("#")[2]
    stem = re.sub(r"[^\w.-]", "_", Path(case.scan.name).stem)[:80]
    parts = [stem, case.scan.digest[:8], *([frame] if frame else []), label]
    target = folder / ("-".join(parts) + ".jpg")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target.write_bytes(overlay.encode(overlay.blend(render(case.scan), heat.values)))
    except OSError as error:
        raise InputError(f"Heatmaps can't be written to {folder}: {error.strerror}.", "unwritable") from None
    return target


def sentence(fields: dict[str, Any]) -> str:
    """A line's fields for a person."""
    where = " ".join(fields[part] for part in ("file", "slice") if part in fields)
    if "error" in fields:
        return f"{where}: {fields['error']}"
    chances = ", ".join(f"{label} {percent(chance)}" for label, chance in fields["probabilities"].items())
    notes = " ".join(note["sentence"] for note in (*fields["reasons"], *fields["warnings"]))
    answer = "declined" if fields["declined"] else fields["label"]
    return f"{where}: {answer} ({chances}) {notes}".rstrip()
