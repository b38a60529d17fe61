import numpy as np
import pytest

from core.evaluation import calibration


def test_softmax_at_a_temperature_by_hand() -> None:
    logits = np.array([[np.log(9.0), 0.0]])
    np.testing.assert_allclose(calibration.softmax(logits), [[0.9, 0.1]])
    np.testing.assert_allclose(calibration.softmax(logits, 2.0), [[0.75, 0.25]])


def test_softmax_of_huge_logits_is_finite() -> None:
    np.testing.assert_allclose(calibration.softmax(np.array([[1e4, -1e4]])), [[1.0, 0.0]])


def test_temperature_makes_a_boast_honest() -> None:
    """Logits say 9 to 1 (ln 9), 3 of 4 are right: 3 to 1 is honest, so the temperature is 2."""
    logits = np.tile([np.log(9.0), 0.0], (400, 1))
    truth = (np.arange(400) % 4 == 0).astype(int)
    assert calibration.temperature(logits, truth) == pytest.approx(2.0, rel=1e-3)


def test_reliability_and_error_by_hand() -> None:
    chances = np.array([[0.95, 0.05]] * 4 + [[0.62, 0.38]] * 2)
    truth = np.array([0, 0, 0, 1, 0, 1])
    table = calibration.reliability(chances, truth)
    assert len(table) == 10
    nine, six = table[9], table[6]
    assert (nine["low"], nine["high"], nine["count"]) == (0.9, 1.0, 4)
    assert nine["mean"] == pytest.approx(0.95) and nine["accuracy"] == 0.75
    assert six["count"] == 2 and six["accuracy"] == 0.5
    assert sum(one["count"] for one in table) == 6
    # 4 of 6 are .20 off, 2 of 6 are .12 off
    error = calibration.expected_error(chances, truth, bins=10)
    assert error == pytest.approx((4 * 0.20 + 2 * 0.12) / 6)


def test_a_certain_answer_is_in_the_last_bin() -> None:
    assert calibration.reliability(np.array([[1.0, 0.0]]), np.array([0]))[9]["count"] == 1


def test_threshold_leaves_the_share_that_is_wanted() -> None:
    tops = np.linspace(0.5, 1.0, 101)
    chances = np.stack([tops, 1 - tops], axis=1)
    least = calibration.threshold_for(chances, answered=0.8)
    assert least == pytest.approx(0.6)
    found = calibration.coverage(chances, np.zeros(101, int), least)
    assert found["answered"] >= 0.8 and found["accuracy"] == 1.0


def test_coverage_counts_only_what_is_answered() -> None:
    chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.55, 0.45], [0.55, 0.45]])
    found = calibration.coverage(chances, np.array([0, 1, 1, 1]), 0.6)
    assert found == {"answered": 0.5, "accuracy": 0.5}
