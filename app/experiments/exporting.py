"""What the table shows as a file: its columns, with all figures that the numbers have."""

import csv
import io
import json
import math
from collections.abc import Sequence
from typing import Any, Final

from app.experiments import columns
from app.experiments.columns import Known
from app.experiments.view_state import View
from core.tracking.runs.values import Run, headline

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_ALWAYS: Final = (columns.ID, columns.NAME)


def as_csv(view: View, runs: Sequence[Run], known: Known) -> str:
    """A line each, in the table's order; text that a spreadsheet takes for a formula begins with ``'``.

    Returns:
        Text with a byte order mark, which spreadsheets need to read accents.
    """
    rows = [_row(view, one, known) for one in runs]
    names = list(rows[0]) if rows else [*_ALWAYS, *view.columns]
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow([_inert(name) for name in names])
    lines.writerows([_cell(row[name]) for name in names] for row in rows)
    return "\ufeff" + out.getvalue()


def as_json(view: View, runs: Sequence[Run], known: Known) -> str:
    """An object each, in the table's order; what is no number is null."""
    rows = [{name: _finite(value) for name, value in _row(view, one, known).items()} for one in runs]
    return json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _row(view: View, run: Run, known: Known) -> dict[str, Any]:
    found: dict[str, Any] = {columns.ID: run.id, columns.NAME: run.name}
    for column in view.columns:
        if column in found:
            continue
        if column == columns.STARTED or columns.kind(column) == "text":
            found[column] = run.state if column == columns.STATE else columns.words(run, column, known)
        else:
            found[column] = columns.number(run, column, known)
        if column == columns.F1:
            best = headline(run)
            found[f"{column} low"] = best.low if best else None
            found[f"{column} high"] = best.high if best else None
    return {**found, "leaks": run.leaks}


def _cell(value: object) -> object:
    if isinstance(value, str):
        return _inert(value)
    return "" if _finite(value) is None else value


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _inert(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
