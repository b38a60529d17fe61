from typing import Any

import numpy as np
import pytest

from core.evaluation import report
from core.tracking import figures

TRUTH = np.array([0, 0, 1, 1])
CHANCES = np.array([[0.8, 0.2], [0.8, 0.2], [0.2, 0.8], [0.8, 0.2]])


def split(*, leaks: bool = False) -> dict[str, Any]:
    return report.split_figures(
        ("Cyst", "Ångström (x)"), TRUTH, CHANCES, np.log(CHANCES), ["p", "p", "q", "q"], folds=2, leaks=leaks
    )


@pytest.mark.parametrize("name", ["grouped_test", "grouped_cv"])
def test_a_split_s_figures_have_names_of_their_own(name: str) -> None:
    found = figures.flat({name: split()})
    assert found["test_accuracy"] == 0.75
    assert (found["test_accuracy_low"], found["test_accuracy_high"]) == (0.5, 1.0)
    assert found["test_Cyst_recall"] == 1.0
    assert found["test_Cyst_precision"] == 0.6667
    # MLflow takes letters of ASCII and few signs
    assert found["test__ngstr_m _x__recall"] == 0.5
    assert {"test_macro_f1", "test_balanced_accuracy", "test_auc", "test_brier", "test_ece"} <= set(found)
    assert "test_ece_before" in found and not any(one.startswith("random") for one in found)
    assert all(type(value) is float for value in found.values())


def test_what_leaks_is_named_apart_and_said() -> None:
    both = {"grouped_test": split(), "random_test": split(leaks=True)}
    found = figures.flat(both)
    assert found["random_accuracy"] == 0.75 and found["test_accuracy"] == 0.75
    assert figures.leaks(both) and not figures.leaks({"grouped_test": split()}) and not figures.leaks({})


def test_of_two_honest_ones_the_name_goes_to_the_one_a_model_is_judged_by() -> None:
    metrics = {"grouped_test": {"auc": 0.5}, "grouped_cv": {"auc": 0.9}}
    assert figures.flat(metrics) == {"test_auc": report.honest(metrics)[1]["auc"]}


def test_the_rest_of_a_card_is_there_too_and_what_isn_t_defined_is_not() -> None:
    metrics = {
        "grouped_cv": {"auc": None, "brier": float("nan"), "leaks": False, "slices": 4},
        "contrast": {"agreement": 0.9, "slices": 7},
        "declines": {
            "unsure": {"threshold": 0.4, "answered": 0.8},
            "not_ct": {"refused": 0.1, "SET": {"a": 1}},
        },
        "external": {"LIDC nodule": {"label": "Tumor", "slices": 9, "recall": 0.5}},
    }
    assert figures.flat(metrics) == {
        "test_slices": 4.0, "contrast_agreement": 0.9, "contrast_slices": 7.0, "unsure_threshold": 0.4,
        "unsure_answered": 0.8, "not_ct_refused": 0.1, "external_LIDC nodule_recall": 0.5,
    }  # fmt: skip
    assert figures.flat({}) == {}
