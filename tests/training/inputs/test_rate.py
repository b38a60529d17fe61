import pytest

from core.training.inputs.rate import Rate, span


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_speed_and_time_left_are_of_what_this_run_did() -> None:
    clock = Clock()
    rate = Rate(2600, 500, "slices", clock)
    assert rate.words(500) == "500 of 2,600"
    clock.now += 2
    assert rate.per_second(1200) == 350
    assert rate.words(1200) == "1,200 of 2,600, 350 slices/s, 4 s left"
    clock.now += 598
    assert rate.words(1400) == "1,400 of 2,600, 1.5 slices/s, 13 min left"
    assert rate.words(2600).endswith("0 s left")


def test_nothing_done_says_no_speed() -> None:
    clock = Clock()
    rate = Rate(10, unit="images", clock=clock)
    clock.now += 5
    assert rate.words(0) == "0 of 10"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (4.6, "5 s"),
        (89, "89 s"),
        (90, "2 min"),
        (600, "10 min"),
        (5399, "90 min"),
        (7800, "2 h 10 min"),
        (7199, "2 h 0 min"),
        (360000, "100 h 0 min"),
    ],
)
def test_a_length_of_time_as_a_person_says_it(seconds: float, words: str) -> None:
    assert span(seconds) == words
