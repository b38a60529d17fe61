import pytest

from core.errors import InputError
from core.tracking.runs.query import Clause, containing, operators, written
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Query
from tests.support import runs as made
from tests.tracking.runs.conftest import Filled


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        (Clause("metric", "test_macro_f1", ">", 0.6), "metrics.`test_macro_f1` > 0.6"),
        (Clause("metric", "a b/c", "<=", "1e-9"), "metrics.`a b/c` <= 1.000000e-09"),
        (Clause("metric", "x", "=", -0.25), "metrics.`x` = -0.25"),
        (Clause("metric", "x", ">=", 0), "metrics.`x` >= 0"),
        (Clause("parameter", "model.backbone", "=", "vgg16"), "params.`model.backbone` = 'vgg16'"),
        (Clause("parameter", "a", "!=", "it's"), 'params.`a` != "it\'s"'),
        (Clause("parameter", "a", "is set"), "params.`a` IS NOT NULL"),
        (Clause("tag", "studio.leaks", "is not set"), "tags.`studio.leaks` IS NULL"),
        (Clause("tag", "a", "contains", "50 %_x"), "tags.`a` ILIKE '%50 __x%'"),
        (Clause("tag", "a`b", "=", "x"), "tags.\"a`b\" = 'x'"),
        (Clause("attribute", "run_name", "contains", "Fold"), "attributes.run_name ILIKE '%Fold%'"),
        (Clause("attribute", "start_time", ">", 1.75e12), "attributes.start_time > 1750000000000"),
    ],
)
def test_each_condition_as_mlflow_writes_it(clause: Clause, said: str) -> None:
    assert written([clause]) == said


def test_conditions_hold_together_and_none_is_no_filter() -> None:
    assert written([]) == ""
    several = [Clause("metric", "a", ">", 1), Clause("parameter", "b", "=", "c")]
    assert written(several) == "metrics.`a` > 1 AND params.`b` = 'c'"


@pytest.mark.parametrize(
    "clause",
    [
        Clause("metric", "x", "contains", 1),
        Clause("metric", "x", "is set"),
        Clause("metric", "x", ">", "much"),
        Clause("metric", "x", ">", float("nan")),
        Clause("metric", "x", ">", float("inf")),
        Clause("metric", "", ">", 1),
        Clause("metric", 'a`b"c', ">", 1),
        Clause("metric", "a\nb", ">", 1),
        Clause("parameter", "x", ">", "1"),
        Clause("parameter", "x", "=", "'\""),
        Clause("parameter", "x", "=", "a\\"),
        Clause("attribute", "password", "=", "x"),
        Clause("attribute", "start_time", ">", "yesterday"),
        Clause("attribute", "run_name", "is set"),
        Clause("banana", "x", "=", "1"),  # type: ignore[arg-type]
        Clause("tag", "x", "~", "1"),  # type: ignore[arg-type]
    ],
)
def test_what_the_language_cannot_say_is_refused_with_an_example(clause: Clause) -> None:
    with pytest.raises(InputError) as caught:
        written([clause])
    assert caught.value.code == "filter"
    assert "metrics.test_macro_f1 > 0.6" in caught.value.sentence and caught.value.sentence[0].isupper()


def test_a_pattern_never_finds_less_than_the_text() -> None:
    assert containing("a_b") == "%a_b%"
    assert containing("Größe 100%") == "%Gr%e 100_%"
    assert containing("o'\"`\\x") == "%o____x%"
    assert containing("") == "%"
    assert len(containing("x" * 10_000)) == 502


@pytest.mark.parametrize("name", [*made.ODD_METRICS, "train_loss"])
def test_mlflow_understands_what_is_written(name: str, reader: Reader, filled: Filled) -> None:
    found = reader.runs(Query(filter=written([Clause("metric", name, ">=", 0.1)])))
    if name in made.ODD_METRICS:
        assert [one.id for one in found] == [filled.odd["metric"]]
    else:
        assert {one.id for one in found} == {*filled.ids, filled.odd["running"]}


@pytest.mark.parametrize(
    ("clause", "count"),
    [
        (Clause("parameter", "model.backbone", "=", "resnet50"), 4),
        (Clause("parameter", "model.backbone", "!=", "resnet50"), 8),
        (Clause("parameter", "model.backbone", "contains", "RESNET"), 4),
        (Clause("parameter", "model.backbone", "is set"), 12),
        (Clause("tag", "studio.leaks", "=", "true"), 2),
        (Clause("attribute", "status", "=", "FAILED"), 1),
        (Clause("attribute", "run_name", "=", "run 003"), 1),
        (Clause("attribute", "run_name", "contains", "alert(1)</script> **bold** ["), 1),
        (Clause("attribute", "start_time", "<", made.STARTED + 90_000), 2),
        (Clause("metric", "train_loss", "<", 1e-9), 0),
    ],
)
def test_forms_find_the_right_runs(clause: Clause, count: int, reader: Reader) -> None:
    assert clause.op in operators(clause.kind, clause.name)
    assert len(reader.runs(Query(filter=written([clause])))) == count
