from typing import Any

import pytest

from core.comparison import differences
from core.comparison.loading import Details
from core.tracking.runs.values import Run


def made(
    number: int = 1,
    environment: dict[str, Any] | None = None,
    tags: dict[str, str] | None = None,
    **parameters: str,
) -> Details:
    named = {name.replace("__", "."): value for name, value in parameters.items()}
    run = Run(f"{number:032x}", "run", "small", "finished", parameters=named, tags=tags or {})
    return Details(run, environment=environment or {})


@pytest.mark.parametrize(
    ("values", "same"),
    [
        (("1e-3", "0.001"), True),
        (("1", "1.0"), True),
        (("True", "true"), True),
        (("None", "none"), True),
        (("nan", "NaN"), True),
        (("inf", "-inf"), False),
        (("adam", "Adam"), False),
        (("1_000", "1000"), False),
        (("1", None), False),
        ((None, None), True),
        (("", None), False),
        (("0", "False"), False),
        (("x",), True),
        ((), True),
        (("1", "1", "2"), False),
    ],
)
def test_values_are_the_same_where_they_mean_the_same(values: tuple[str | None, ...], same: bool) -> None:
    assert differences.equal(values) is same


def test_only_what_differs_unless_everything_is_wanted() -> None:
    several = [
        made(1, training__learning_rate="1e-3", training__epochs="3", model__backbone="vgg16"),
        made(2, training__learning_rate="0.001", training__epochs="5", model__backbone="vgg16"),
    ]
    (row,) = differences.rows(several)
    assert (row.section, row.name, row.values) == ("training", "training.epochs", ("3", "5"))
    assert row.label == "Epochs" and row.meaning
    every = differences.rows(several, everything=True)
    assert [one.name for one in every] == ["model.backbone", "training.epochs", "training.learning_rate"]
    assert [one.same for one in every] == [True, False, True]


def test_parameters_of_other_programs_stand_behind_ours() -> None:
    found = differences.rows([made(1, lr="1", b__c="2", training__seed="0"), made(2)])
    assert [(one.section, one.name) for one in found] == [
        ("training", "training.seed"),
        ("b", "b.c"),
        ("parameters", "lr"),
    ]
    assert found[2].label == "lr" and found[2].values == ("1", None)


def test_what_they_ran_on_and_were_made_of() -> None:
    old = {
        "python": "3.11",
        "packages": {"numpy": "2.3"},
        "code_revision": "a",
        "processors": 2,
        "none": None,
    }
    new = {"python": "3.11", "packages": {"numpy": "2.4"}, "code_revision": "b", "processors": 4}
    several = [
        made(1, old, {"studio.manifest": "ab", "studio.dataset": "x", "colour": "red"}),
        made(2, new, {"studio.manifest": "cd", "studio.dataset": "x", "colour": "blue"}),
    ]
    found = differences.sections(differences.rows(several))
    assert {name: [row.label for row in rows] for name, rows in found.items()} == {
        "made of": ["Manifest"],
        "environment": ["numpy", "processors"],
    }
    assert found["environment"][1].values == ("2", "4")


def test_of_nothing_and_of_one() -> None:
    assert differences.rows([], everything=True) == []
    assert differences.rows([made(1, lr="1")]) == []
    assert len(differences.rows([made(1, lr="1")], everything=True)) == 1
