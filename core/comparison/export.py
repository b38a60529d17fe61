"""Runs for other programs and other people: CSV, JSON, and a report."""

import csv
import io
import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from core.comparison.report import report
from core.tracking.runs.values import Run, flattering, headline, plain

__all__ = ["as_csv", "as_json", "report"]
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
_FIRST: Final = (
    "id", "name", "experiment", "dataset", "state", "started", "ended", "seconds", "archived", "parent",
    "job", "bundle", "leaks", "note", "headline", "headline_low", "headline_high", "headline_split",
    "leaking_macro_f1",
)  # fmt: skip


def as_csv(runs: Sequence[Run]) -> str:
    """All columns of runs; what isn't there is empty, a metric that is no number too.

    A cell of text that a spreadsheet would take for a formula begins with an apostrophe.

    Args:
        runs: In the order wanted.

    Returns:
        CSV with a head; parameters as ``param.NAME``, metrics ``metric.NAME``, tags ``tag.NAME``.
    """
    rows = [_flat(run) for run in runs]
    names = [*_FIRST, *sorted({name for row in rows for name in row} - set(_FIRST))]
    out = io.StringIO(newline="")
    # an end of line of both kinds: a cell that has one of them is quoted
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in names])
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    return out.getvalue()


def as_json(runs: Sequence[Run]) -> str:
    """All of runs as a list of objects; what is no finite number is null."""
    made = [
        {
            **plain(_about(run)),
            "parameters": dict(run.parameters),
            "metrics": plain(run.metrics),
            "tags": dict(run.tags),
        }
        for run in runs
    ]
    return json.dumps(made, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _about(run: Run) -> dict[str, Any]:
    best = headline(run)
    values = (
        run.id, run.name, run.experiment, run.dataset, run.state, _when(run.started), _when(run.ended),
        run.seconds, run.archived, run.parent, run.job, run.bundle, run.leaks, run.note,
        best and best.value, best and best.low, best and best.high, best and best.split, flattering(run),
    )  # fmt: skip
    return dict(zip(_FIRST, values, strict=True))


def _flat(run: Run) -> dict[str, Any]:
    return (
        _about(run)
        | {f"param.{name}": value for name, value in run.parameters.items()}
        | {f"metric.{name}": value for name, value in run.metrics.items()}
        | {f"tag.{name}": value for name, value in run.tags.items()}
    )


def _when(seconds: float | None) -> str | None:
    """UTC, ISO 8601."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _cell(value: object) -> object:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, str):
        return _harmless(value)
    return value


def _harmless(text: str) -> str:
    """Text that a spreadsheet shows and never reckons; a plain number stays one."""
    if not text.lstrip().startswith(_FORMULA) and not text.startswith(_FORMULA):
        return text
    try:
        return f"{text}" if math.isfinite(float(text)) and text == text.strip() else f"'{text}"
    except ValueError:
        return f"'{text}"
