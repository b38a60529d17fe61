import json

import numpy as np
import pytest

from core.evaluation import report

LABELS = ("a", "b")
TRUTH = np.array([0, 0, 1, 1])
LOGITS = np.array([[2.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 0.0]])
CHANCES = np.array([[0.8, 0.2], [0.8, 0.2], [0.2, 0.8], [0.8, 0.2]])


def test_a_split_says_what_it_is_of_and_fits_in_json() -> None:
    found = report.split_figures(LABELS, TRUTH, CHANCES, LOGITS, ["p", "p", "q", "q"], folds=2, leaks=False)
    assert json.loads(json.dumps(found)) == found
    assert found["accuracy"]["value"] == 0.75
    assert found["accuracy"]["low"] == 0.5 and found["accuracy"]["high"] == 1.0
    assert (found["slices"], found["groups"], found["leaks"]) == (4, 2, False)
    assert found["confusion"] == [[2, 0], [1, 1]]
    assert found["per_class"]["b"] == {
        "precision": 1.0, "recall": 0.5, "f1": 0.6667, "auc": 0.75, "slices": 2,
    }  # fmt: skip
    # 3 of 4 are right at .8
    assert found["ece"] == pytest.approx(0.05)
    # without the temperature they claim 1 / (1 + e^-2) = .8808
    assert found["ece_before"] == pytest.approx(0.1308, abs=1e-4)
    told = [one for one in found["reliability"] if one["count"]]
    assert told == [{"low": 0.8, "high": 0.9, "count": 4, "mean": 0.8, "accuracy": 0.75}]


def test_contrast_is_agreement_and_distance_of_pairs() -> None:
    changed = np.array([[0.8, 0.2], [0.4, 0.6], [0.2, 0.8], [0.8, 0.2]])
    found = report.contrast_figures(TRUTH, CHANCES, changed)
    assert found["agreement"] == 0.75
    assert found["total_variation"] == pytest.approx(0.1)
    assert found["slices"] == 4


def test_the_honest_split_comes_first() -> None:
    cv, test, random = {"slices": 4}, {"slices": 1}, {"slices": 4, "leaks": True}
    assert report.honest({"random_test": random, "grouped_test": test}) == ("grouped_test", test)
    assert report.honest({"grouped_test": test, "grouped_cv": cv}) == ("grouped_cv", cv)
    assert report.leaking({"random_test": random, "grouped_test": test}) == ("random_test", random)
    assert report.honest({"random_cv": random}) == ("", {})


@pytest.mark.filterwarnings("error")
def test_slices_of_one_class_only_leave_what_they_can_not_tell_open() -> None:
    truth = np.zeros(4, int)
    found = report.split_figures(LABELS, truth, CHANCES, LOGITS, ["p", "p", "q", "q"], folds=1, leaks=False)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["auc"] is None and found["per_class"]["b"]["recall"] is None
    assert found["accuracy"]["value"] == 0.75
    # three of four: precision 1, recall .75
    assert found["macro_f1"]["value"] == pytest.approx(2 * 0.75 / 1.75, abs=1e-4)
