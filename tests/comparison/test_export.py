import csv
import io
import json
import math

import pytest

from core.comparison import export
from core.tracking.runs.values import Run

RUNS = [
    Run("a" * 32, "first", "small", "finished", 1_750_000_000.0, 1_750_000_060.0,
        parameters={"lr": "1e-3"}, metrics={"loss": 0.5, "nan": math.nan, "inf": math.inf},
        tags={"studio.split": "grouped_test", "mlflow.note.content": "line\nbreak"}),
    Run("b" * 32, "=HYPERLINK(\"http://x\")", "small", "running", metrics={"test_macro_f1": 0.9},
        tags={"studio.leaks": "true", "@cmd": "+1+1"}),
]  # fmt: skip


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_column_of_every_run_is_in_the_table() -> None:
    first, second = rows(export.as_csv(RUNS))
    assert (first["id"], first["param.lr"], first["metric.loss"]) == ("a" * 32, "1e-3", "0.5")
    assert (first["started"], first["seconds"]) == ("2025-06-15T15:06:40+00:00", "60.0")
    assert first["note"] == "line\nbreak"
    assert first["metric.nan"] == first["metric.inf"] == first["metric.test_macro_f1"] == ""
    assert second["ended"] == second["headline"] == "" and second["leaking_macro_f1"] == "0.9"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("\r=1", "'\r=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-0.5", "-0.5"),
        ("+1e-3", "+1e-3"),
        ("-inf", "'-inf"),
        ("plain", "plain"),
        ("", ""),
        ("a=b", "a=b"),
    ],
)
def test_a_spreadsheet_reckons_nothing_of_others(text: str, cell: str) -> None:
    run = Run("a" * 32, text, text, "finished", parameters={"p": text}, tags={"t": text, text or "x": "1"})
    (found,) = rows(export.as_csv([run]))
    assert found["name"] == found["experiment"] == found["param.p"] == found["tag.t"] == cell


def test_names_of_columns_are_text_of_others_too() -> None:
    head = export.as_csv([Run("a" * 32, "x", "e", "finished", metrics={"=1": 1.0})]).splitlines()[0]
    assert all(not name.startswith(("=", "+", "@")) for name in head.split(","))


def test_json_has_no_numbers_that_are_none() -> None:
    first, second = json.loads(export.as_json(RUNS))
    assert first["metrics"] == {"loss": 0.5, "nan": None, "inf": None}
    assert first["parameters"] == {"lr": "1e-3"} and second["name"].startswith("=")
    assert second["leaks"] is True and second["ended"] is None


def test_of_no_runs_there_is_a_head_and_an_empty_list() -> None:
    assert rows(export.as_csv([])) == [] and json.loads(export.as_json([])) == []
