"""When there is no answer, and what to be careful about."""

import numpy as np
import pytest

from core.domain import Reason
from core.inference import judge
from core.models.bundle import Thresholds
from tests.support.scans import grey

LIMITS = Thresholds(unsure=0.5, distance=10.0)
SURE = {"Cyst": 0.1, "Normal": 0.9}
SCAN = grey(np.zeros((320, 320)))


def test_a_sure_answer_for_a_usual_slice_stands() -> None:
    assert judge.declines([], 3.0, SURE, LIMITS) == ()


def test_the_limits_themselves_are_allowed() -> None:
    assert judge.declines([], 10.0, {"Cyst": 0.5, "Normal": 0.5}, LIMITS) == ()


def test_below_the_threshold_the_model_is_unsure() -> None:
    (reason,) = judge.declines([], 3.0, {"Cyst": 0.31, "Normal": 0.49, "Stone": 0.2}, LIMITS)
    assert reason.code == "unsure"
    assert "Normal" in reason.sentence
    assert "49 %" in reason.sentence


def test_a_strange_slice_is_not_called_unsure_as_well() -> None:
    (reason,) = judge.declines([], 12.0, {"Cyst": 0.4, "Normal": 0.3, "Stone": 0.3}, LIMITS)
    assert reason.code == "not-ct"
    assert "12" in reason.sentence


def test_not_ct_is_said_once() -> None:
    colour = Reason("not-ct", "The picture is in colour.")
    assert judge.declines([colour], 99.0, SURE, LIMITS) == (colour,)


def test_poor_and_strange_are_both_said_in_this_order() -> None:
    poor = Reason("poor-image", "The picture is clipped.")
    assert [r.code for r in judge.declines([poor], 99.0, SURE, LIMITS)] == ["poor-image", "not-ct"]


@pytest.mark.parametrize(
    ("side", "distance", "probabilities", "codes"),
    [
        (320, 3.0, SURE, []),
        (100, 3.0, SURE, ["low-resolution"]),
        (320, 9.5, SURE, ["unusual"]),
        (320, 12.0, SURE, []),
        (320, 3.0, {"Cyst": 0.44, "Normal": 0.51, "Stone": 0.05}, ["close-call"]),
        (320, 3.0, {"Cyst": 0.40, "Normal": 0.51, "Stone": 0.09}, []),
    ],
)
def test_warnings(side: int, distance: float, probabilities: dict[str, float], codes: list[str]) -> None:
    scan = grey(np.zeros((side, 512)))
    assert [w.code for w in judge.warnings(scan, 320, distance, probabilities, LIMITS)] == codes


def test_what_decoding_had_to_assume_comes_first() -> None:
    scan = grey(np.zeros((10, 10)), warnings=("Sixteen bits were taken as twelve.",))
    first, second = judge.warnings(scan, 320, 0.0, SURE, LIMITS)
    assert first.sentence == "Sixteen bits were taken as twelve."
    assert second.code == "low-resolution"
