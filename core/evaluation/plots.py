"""Measured figures as small tables that plotting tools read."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from core.storage import write_text


def write(folder: Path, figures: Mapping[str, Any]) -> None:
    """Write ``confusion.csv`` (a line per slice: truth, answer) and ``reliability.csv`` (a line per bin).

    Args:
        folder: Made if missing.
        figures: As in `core.evaluation.report`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    labels = figures["labels"]
    answers = [
        (truth, answer)
        for truth, row in zip(labels, figures["confusion"], strict=True)
        for answer, count in zip(labels, row, strict=True)
        for _ in range(count)
    ]
    _table(folder / "confusion.csv", ("truth", "answer"), answers)
    bins = [(one["mean"], one["accuracy"], one["count"]) for one in figures["reliability"]]
    _table(folder / "reliability.csv", ("probability", "share_right", "slices"), bins)


def _table(target: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_text(target, text.getvalue())
