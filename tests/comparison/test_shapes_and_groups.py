import pytest

from core.comparison import groups, shapes
from tests.comparison.conftest import GOOD, POOR, answered, details


@pytest.mark.parametrize("scored", [True, False])
def test_curves_are_the_logged_ones_or_drawn_from_the_answers(scored: bool) -> None:
    found = {one.label: one for one in shapes.rocs(details(answered(GOOD), scored=scored))}
    assert set(found) == {"Cyst", "Stone"} and found["Cyst"].area == 1.0
    assert (found["Cyst"].points[0]["false"], found["Cyst"].points[-1]["true"]) == (0, 1)
    poor = {one.label: one.area for one in shapes.rocs(details(answered(POOR), scored=scored))}
    # of 16 pairs of a cyst and a stone: 0.9 ties once and beats three, 0.3 beats one and ties one, ...
    assert poor["Cyst"] == pytest.approx((3.5 + 1.5 + 3 + 0) / 16)


@pytest.mark.parametrize("scored", [True, False])
def test_how_sure_it_was_against_how_right(scored: bool) -> None:
    found = shapes.calibration(
        details(answered((0.95, 0.95, 0.95, 0.95, 0.95, 0.05, 0.05, 0.05)), scored=scored)
    )
    assert found is not None
    (one,) = found.bins
    assert (one["count"], one["mean"], one["accuracy"]) == (8, 0.95, 0.875)
    assert found.error == pytest.approx(0.075)


def test_a_run_without_either_has_none() -> None:
    assert shapes.rocs(details()) == [] and shapes.calibration(details()) is None


@pytest.mark.parametrize(
    "roc",
    [
        None,
        [],
        "x",
        {"Cyst": "x"},
        {"Cyst": [{"false": "a"}]},
        {"Cyst": []},
        {"Cyst": [{"false": 10**400, "true": 0}]},
    ],
)
def test_curves_of_others_break_nothing(roc: object) -> None:
    one = details(answered())
    one.scores["curves"]["grouped_test"] = {"roc": roc, "groups": roc}
    one.scores["metrics"]["grouped_test"]["reliability"] = roc
    assert len(shapes.rocs(one)) in (0, 2)
    assert shapes.calibration(one) is not None
    groups.lines([one])


@pytest.mark.parametrize(
    "row",
    [
        None,
        "x",
        [],
        {},
        {"slices": "many"},
        {"slices": None},
        {"slices": 0},
        {"slices": -1},
        {"slices": float("nan")},
        {"slices": 10**400},
    ],
)
def test_blocks_of_others_break_nothing(row: object) -> None:
    one = details(answered())
    one.scores["curves"]["grouped_test"]["groups"] = [
        row,
        {"group": "z", "label": "a", "slices": 2, "right": "x"},
    ]
    (line,) = groups.lines([one])
    assert (line.group, line.slices, line.right) == ("z", (2,), (0.0,))


def test_blocks_where_runs_are_furthest_apart_come_first() -> None:
    one = details(answered((0.9, 0.8, 0.2, 0.1, 0.9, 0.9, 0.3, 0.4)))
    other = details(answered((0.9, 0.8, 0.7, 0.6, 0.9, 0.1, 0.3, 0.4)), number=2)
    found = groups.lines([one, other])
    assert [(line.group, line.label, line.right, line.delta) for line in found] == [
        ("q", "Cyst", (0, 2), 1.0),
        ("r", "Stone", (0, 1), 0.5),
        ("p", "Cyst", (2, 2), 0.0),
        ("s", "Stone", (2, 2), 0.0),
    ]
    assert found[0].slices == (2, 2) and found[1].shares == (0.0, 0.5)


def test_a_block_that_one_run_never_saw_has_no_difference() -> None:
    found = groups.lines([details(answered(GOOD[:4])), details(answered(GOOD), number=2), details(number=3)])
    lines = {line.group: line for line in found}
    assert lines["r"].slices == (None, 2, None) and lines["r"].delta is None
    assert lines["p"].shares == (1.0, 1.0, None) and lines["p"].delta is None
    assert groups.lines([details()]) == [] and groups.lines([]) == []


def test_several_dealings_are_averaged() -> None:
    twice = answered((*GOOD, *POOR), dealing=[0] * 8 + [1] * 8)
    for scored in (True, False):
        line = next(
            one for one in groups.lines([details(twice, "grouped_cv", scored=scored)]) if one.group == "p"
        )
        assert (line.slices, line.right, line.shares) == ((2,), (1.5,), (0.75,))
