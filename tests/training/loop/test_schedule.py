import math

import pytest

from core.training.loop.schedule import rate


def rates(schedule: str, steps: int, warmup: float = 0.0) -> list[float]:
    return [rate(step, steps, 2.0, schedule, warmup) for step in range(steps)]  # type: ignore[arg-type]


def test_constant_and_plateau_stay() -> None:
    assert rates("constant", 3) == [2.0, 2.0, 2.0] == rates("plateau", 3)


def test_cosine_falls_to_nothing() -> None:
    quarter = math.sqrt(0.5)
    assert rates("cosine", 4) == pytest.approx([2.0, 1 + quarter, 1.0, 1 - quarter])


def test_step_leaves_a_tenth_after_each_third() -> None:
    assert rates("step", 9) == pytest.approx([2.0] * 3 + [0.2] * 3 + [0.02] * 3)
    assert rates("step", 4) == pytest.approx([2.0, 2.0, 0.2, 0.02])


def test_warm_up_rises_in_a_line_and_its_first_step_is_not_lost() -> None:
    assert rates("constant", 10, 0.2) == pytest.approx([2 / 3, 4 / 3] + [2.0] * 8)
    after = rates("cosine", 10, 0.2)
    assert after[:3] == pytest.approx([2 / 3, 4 / 3, 2.0])
    assert after[6] == pytest.approx(1.0)


@pytest.mark.parametrize("schedule", ["constant", "cosine", "step", "plateau"])
@pytest.mark.parametrize("steps", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.5])
def test_a_rate_is_above_0_and_never_above_the_highest(schedule: str, steps: int, warmup: float) -> None:
    found = rates(schedule, steps, warmup)
    assert 0 < min(found) <= max(found) <= 2.0
    top = found.index(max(found))
    assert found[: top + 1] == sorted(found[: top + 1])
    assert found[top:] == sorted(found[top:], reverse=True)
