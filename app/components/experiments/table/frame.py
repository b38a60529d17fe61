"""The table's cells, as Streamlit takes them: numbers that order as numbers and say what they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

import streamlit as st

from app.experiments import columns, ordering
from app.experiments.columns import Known
from app.experiments.view_state import View
from core.tracking.runs.values import Run, leaking

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler  # type: ignore[import-untyped]

BEST: Final = "\u2605"
PIN: Final = "\u2191"
PART: Final = "\u2514"
_CURVE: Final = "curve"


class Figure(float):
    """A number that is shown in words of its own; it still orders as a number."""

    text: str
    best: bool

    def __new__(cls, value: float, text: str, best: bool = False) -> Self:
        made = super().__new__(cls, value)
        made.text, made.best = text, best
        return made


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of a view, ready to be laid out.

    Attributes:
        view: Which columns.
        runs: A row each.
        known: What cells are read from.
        best: Ids of the best by column.
        curves: Values to draw in a cell, by run's id.
    """

    view: View
    runs: Sequence[Run]
    known: Known
    best: Mapping[str, set[str]]
    curves: Mapping[str, list[float]] = field(default_factory=dict)


def styled(sheet: Sheet) -> "Styler":
    """The cells with what each says; the best of a column in bold too."""
    import pandas as pd  # type: ignore[import-untyped]

    cells = {columns.NAME: pd.Series([_name(one, sheet.view) for one in sheet.runs], dtype=object)}
    for column in dict.fromkeys(sheet.view.columns):
        if column != columns.NAME:
            cells[column] = _cells(sheet, column)
    if sheet.view.curve:
        cells[_CURVE] = pd.Series([sheet.curves.get(one.id) for one in sheet.runs], dtype=object)
    frame = pd.DataFrame(cells)
    figures = [name for name in frame if name != _CURVE and any(map(_is_figure, frame[name]))]
    made = frame.style.format(dict.fromkeys(figures, _said))
    return made.map(_weight, subset=figures) if figures else made


def layout(sheet: Sheet) -> dict[str, Any]:
    """How each column is drawn."""
    made: dict[str, Any] = {
        columns.NAME: st.column_config.TextColumn(columns.LABELS[columns.NAME], width=200)
    }
    for column in sheet.view.columns:
        if column == columns.STARTED:
            made[column] = st.column_config.DatetimeColumn(
                columns.STARTED, format="YYYY-MM-DD HH:mm", timezone=st.context.timezone or "UTC"
            )
        elif column != columns.NAME:
            made[column] = st.column_config.Column(columns.label(column), width=_width(column))
    if sheet.view.curve:
        made[_CURVE] = st.column_config.LineChartColumn(columns.line(sheet.view.curve)[:80], width="small")
    return made


def _width(column: str) -> Any:
    return {columns.F1: 200, columns.LEAKY: 145, columns.BACKBONE: 125, columns.STATE: 95,
            columns.TOOK: 75, columns.MODEL: 120}.get(column)  # fmt: skip


def _name(run: Run, view: View) -> str:
    before = [PIN] if run.short in view.pinned else []
    if run.parent:
        before.append(PART)
    name = columns.line(run.name)[:300] or run.short
    return " ".join([*before, name, *(["(hidden)"] if run.short in view.hidden else [])])


def _cells(sheet: Sheet, column: str) -> Any:
    import pandas as pd  # type: ignore[import-untyped]

    kind = columns.kind(column)
    if kind == "time":
        moments = pd.Series([one.started for one in sheet.runs], dtype="float64")
        return pd.to_datetime(moments, unit="s", utc=True)
    if kind == "number":
        return pd.Series([_figure(sheet, column, one) for one in sheet.runs], dtype=object)
    texts = [columns.words(one, column, sheet.known) for one in sheet.runs]
    numbers = [_as_figure(one) for one in texts]
    if any(texts) and all(number is not None for number, text in zip(numbers, texts, strict=True) if text):
        return pd.Series(numbers, dtype=object)
    return pd.Series([one[:500] for one in texts], dtype=object)


def _as_figure(text: str) -> Figure | None:
    value = ordering.as_number(text)
    return None if value is None else Figure(value, text)


def _figure(sheet: Sheet, column: str, run: Run) -> Figure | None:
    value = columns.number(run, column, sheet.known)
    if value is None:
        return None
    said = columns.figure(run, column, value)
    best = run.id in sheet.best.get(column, ())
    if column.startswith(columns.METRIC) and leaking(column.removeprefix(columns.METRIC), run):
        return Figure(value, f"{said} leaks")
    return Figure(value, f"{BEST} {said}" if best else said, best)


def _is_figure(value: object) -> bool:
    return isinstance(value, Figure)


def _said(value: object) -> str:
    return value.text if isinstance(value, Figure) else ""


def _weight(value: object) -> str:
    return "font-weight: 700" if isinstance(value, Figure) and value.best else ""
