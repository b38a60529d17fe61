from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.comparison import loading, trainings
from core.comparison.loading import Details
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Run
from tests.comparison.conftest import details


def folded(*losses: float, **others: Any) -> Details:
    """A run of two folds and a random split, whose epochs lie in its scores alone."""
    epochs = [{"epoch": at + 1, "metrics": {"val_loss": loss}} for at, loss in enumerate(losses)]
    history = {"fold 1": epochs, "fold 2": epochs[:2], "random split": epochs, **others}
    run = details(number=7).run
    return Details(run, {"history": history})


def test_a_runs_own_metrics_and_the_epochs_of_folds_are_laid_over_one_another(
    run: Callable[[str], Run], reader: Reader
) -> None:
    single = loading.details(run("good"), reader)
    found = trainings.curves([single, folded(3.0, 2.0, 1.0)], reader, 4)
    assert list(found) == ["val_loss"]
    (own,), folds = found["val_loss"]
    assert own.values.tolist() == pytest.approx([1, 1 / 2, 1 / 3])
    assert [one.values.tolist() for one in folds] == [[3.0, 2.0, 1.0], [3.0, 2.0]]
    assert [one.steps.tolist() for one in folds] == [[1, 2, 3], [1, 2]]


def test_what_was_measured_once_is_no_curve(run: Callable[[str], Run], reader: Reader) -> None:
    assert trainings.curves([loading.details(run("bare"), reader), folded(1.0)], reader, 4) == {}
    assert trainings.curves([], reader, 4) == {}


@pytest.mark.parametrize(
    "epochs",
    [None, "x", 3, [], [None, 1], [{}, {}], [{"epoch": "a"}, {"epoch": 1}], [{"epoch": 1e300}, {"epoch": 2}],
     [{"epoch": 1, "metrics": 3}, {"epoch": 2}], [{"epoch": 10**400, "metrics": {"a": 1}}] * 2],
)  # fmt: skip
def test_histories_of_others_break_nothing(epochs: object, reader: Reader) -> None:
    assert trainings.curves([Details(details().run, {"history": {"fold 1": epochs}})], reader, 4) == {}
    assert trainings.curves([Details(details().run, {"history": epochs})], reader, 4) == {}


def test_what_is_no_number_is_a_gap(reader: Reader) -> None:
    (lines,) = trainings.curves([folded(1.0, float("nan"), 0.5)], reader, 4)["val_loss"]
    assert np.isnan(lines[0].values).tolist() == [False, True, False]
