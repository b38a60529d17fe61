import numpy as np
import pytest

from core.explain.localisation.intervals import Interval, either, hits, mean


def test_slices_of_one_person_are_drawn_together() -> None:
    values = [1.0] * 50 + [0.0] * 50
    alone = mean(values, [str(n) for n in range(100)])
    two = mean(values, ["a"] * 50 + ["b"] * 50)
    assert alone.value == two.value == 0.5
    assert alone.low == pytest.approx(0.4, abs=0.03) and alone.high == pytest.approx(0.6, abs=0.03)
    assert (two.low, two.high) == (0.0, 1.0), "two persons say next to nothing"


def test_the_same_values_give_the_same_interval() -> None:
    values, groups = np.linspace(0, 1, 30), [str(n // 2) for n in range(30)]
    assert mean(values, groups) == mean(values, groups)


@pytest.mark.parametrize("groups", [[], ["a"], ["a", "a", "a"]])
def test_one_person_has_no_interval(groups: list[str]) -> None:
    for of in (mean, hits):
        found = of([0.25] * len(groups), groups)
        assert found == Interval(0.25 if groups else 0.0, None, None)


def test_twenty_misses_are_no_proof_of_never() -> None:
    found = hits([0.0] * 20, [str(n) for n in range(20)])
    assert found.value == 0 and found.low == 0
    assert found.high == pytest.approx(3.8416 / 23.8416), "Wilson: z^2 / (n + z^2)"
    every = hits([1.0] * 20, [str(n) for n in range(20)])
    assert every.high == 1 and every.low == pytest.approx(1 - 3.8416 / 23.8416)


def test_the_wider_one_is_kept_on_each_side() -> None:
    assert either(Interval(0.5, 0.4, 0.6), Interval(0.5, 0.45, 0.8)) == Interval(0.5, 0.4, 0.8)
    assert either(Interval(0.5, 0.4, 0.6), Interval(0.5, None, None)) == Interval(0.5, 0.4, 0.6)
