"""The shipped model comes with the held-out answers that its figures were taken on."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from core.config.settings import Settings
from core.evaluation import answers, calibration, metrics
from core.evaluation.answers import Answers
from core.models.bundle import load
from core.promotion import logged
from core.training import shipped as building
from core.training.made import Made


def test_the_shipped_answers_are_those_of_the_shipped_figures(shipped: Path, tmp_path: Path) -> None:
    bundle = load(shipped)
    told = bundle.card.metrics["grouped_cv"]
    split, found = logged.held_out(bundle, Settings(var=tmp_path))
    assert split == "grouped_cv" and found.labels == bundle.card.labels
    table = metrics.confusion(found.truth, found.given, len(found.labels))
    assert metrics.macro_f1(table) == pytest.approx(told["macro_f1"]["value"], abs=1e-3)
    assert np.trace(table) / table.sum() == pytest.approx(told["accuracy"]["value"], abs=1e-3)
    assert calibration.expected_error(found.probabilities, found.truth) == pytest.approx(
        told["ece"], abs=1e-3
    )
    assert metrics.brier(found.truth, found.probabilities) == pytest.approx(told["brier"], abs=1e-3)
    sizes = len(found) // found.times, len(set(found.groups.tolist())), found.times
    assert sizes == (told["slices"], told["groups"], len(told["dealings"]))
    assert sum(one.stat().st_size for one in shipped.iterdir()) < 20_000_000


def test_what_leaks_is_not_kept_and_the_bundle_stays_as_sealed(tiny: Path, copied) -> None:
    bundle = load(copied())
    one = Answers(
        ("Cyst", "Stone"), np.array(["5a"]), np.array(["p"]), np.array([1]), np.array([[0.125, 0.875]]),
        np.array([0]),
    )  # fmt: skip
    path = building.keep_answers(Made(bundle, answers={"grouped_cv": one, "random_cv": one}))
    assert list(answers.parse(gzip.decompress(path.read_bytes()).decode())) == ["grouped_cv"]
    assert load(bundle.path).digest == load(tiny).digest
