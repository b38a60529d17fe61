import pytest

from core.jobs.steps import Step, Steps


def told(steps: list[Step], *said: tuple[str, float]) -> list[float]:
    shares: list[float] = []
    progress = Steps(lambda what, share: shares.append(share), steps)
    for what, share in said:
        progress(what, share)
    return shares


def test_each_step_has_its_part() -> None:
    steps = [Step("read", 1.0), Step("think", 3.0)]
    assert told(steps, ("read", 0.0), ("read", 0.5), ("read", 1.0), ("think", 0.5), ("think", 1.0)) == [
        0.0,
        0.125,
        0.25,
        0.625,
        1.0,
    ]


def test_a_step_that_comes_several_times_counts_on() -> None:
    said = [("fold 1", 0.5), ("fold 1", 1.0), ("fold 2", 0.0), ("fold 2", 1.0)]
    assert told([Step("fold", 1.0, times=2)], *said) == [0.25, 0.5, 0.5, 1.0]


def test_what_nobody_knows_moves_nothing_and_nothing_goes_back() -> None:
    steps = [Step("a", 1.0), Step("b", 1.0)]
    assert told(steps, ("b", 0.5), ("a", 0.5), ("other", 1.0)) == [0.75, 0.75, 0.75]


def test_a_step_without_a_name_takes_the_rest() -> None:
    steps = [Step("", 1.0), Step("unpacking", 1.0)]
    assert told(steps, ("downloading", 0.5), ("unpacking x", 1.0)) == [0.25, 1.0]


@pytest.mark.parametrize("widths", [(), (0.0,), (0.0, 0.0)])
def test_steps_without_width_are_no_trouble(widths: tuple[float, ...]) -> None:
    steps = [Step(str(at), wide) for at, wide in enumerate(widths)]
    assert told(steps, ("0", 1.0)) == [0.0]
