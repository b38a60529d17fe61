import math
from dataclasses import replace

import numpy as np
import pytest

from core.comparison.importance import LEAST, importance
from core.errors import InputError
from core.tracking.runs.values import Run


def trials(count: int = 60, seed: int = 0) -> list[Run]:
    """The rate matters most and falls, the optimiser a little, the seed nothing, the size is one."""
    rng = np.random.default_rng(seed)
    made = []
    for at in range(count):
        rate, better = 10 ** rng.uniform(-4, -1), rng.integers(2)
        value = 0.5 - 0.2 * math.log10(rate) + 0.1 * better + rng.normal(0, 0.01)
        parameters = {
            "training.learning_rate": f"{rate:.3e}",
            "training.optimizer": ("sgd", "adamw")[better],
            "training.seed": str(rng.integers(1000)),
            "model.size": "160",
        }
        made.append(
            Run(f"{at:032x}", "t", "e", "finished", parameters=parameters, metrics={"val": float(value)})
        )
    return made


def test_what_matters_most_comes_first_with_its_direction() -> None:
    found = importance(trials(), "val")
    assert found.runs == 60 and found.explained > 0.7
    assert [one.parameter for one in found.weights] == [
        "training.learning_rate", "training.optimizer", "training.seed",
    ]  # fmt: skip
    rate, optimiser, seed = found.weights
    assert rate.direction < -0.8 and math.isnan(optimiser.direction) and optimiser.values == 2
    assert sum(one.share for one in found.weights) == pytest.approx(1) and seed.share < 0.1
    assert "60 runs" in found.words


def test_the_same_runs_say_the_same_again() -> None:
    assert importance(trials(20), "val") == importance(trials(20), "val")


def test_noise_is_called_noise() -> None:
    rng = np.random.default_rng(3)
    runs = [
        Run(
            f"{at:032x}",
            "t",
            "e",
            "finished",
            parameters={"a": str(rng.normal())},
            metrics={"val": rng.normal()},
        )
        for at in range(30)
    ]
    assert "read nothing into" in importance(runs, "val").words


def test_a_parameter_that_some_lack_counts_as_words() -> None:
    runs = [
        Run(
            f"{at:032x}",
            "t",
            "e",
            "finished",
            parameters={"a": "1"} if at % 2 else {},
            metrics={"val": at % 2},
        )
        for at in range(12)
    ]
    (one,) = importance(runs, "val").weights
    assert one.share == 1 and one.values == 2 and math.isnan(one.direction)


def few() -> list[Run]:
    return trials(LEAST - 1)


def unmeasured() -> list[Run]:
    return [replace(one, metrics={"val": math.nan}) for one in trials(20)]


def alike() -> list[Run]:
    return [replace(one, metrics={"val": 0.5}) for one in trials(20)]


def unvaried() -> list[Run]:
    return [replace(one, parameters={"a": "1e-3"}) for one in trials(20)]


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        (few(), "at least 8"),
        (unmeasured(), "0 have it"),
        (alike(), "the same in all"),
        (unvaried(), "No parameter"),
        ([], "at least 8"),
    ],
)
def test_where_nothing_can_be_said_that_is_said(runs: list[Run], words: str) -> None:
    with pytest.raises(InputError, match=words):
        importance(runs, "val")
