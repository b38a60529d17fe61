"""Percents promise no more than is known."""

import pytest

from core.percent import measured, percent, spoken


@pytest.mark.parametrize(
    ("share", "written", "said"),
    [(0.0, "0 %", "0 %"), (0.001, "< 1 %", "under 1 %"), (0.004, "< 1 %", "under 1 %"), (0.006, "1 %", "1 %"),
     (0.5, "50 %", "50 %"), (0.994, "99 %", "99 %"), (0.996, "> 99 %", "over 99 %"), (1.0, "100 %", "100 %")],
)  # fmt: skip
def test_no_false_certainty(share: float, written: str, said: str) -> None:
    assert (percent(share), spoken(share)) == (written, said)


@pytest.mark.parametrize(
    ("share", "written"), [(0.0, "0.0%"), (0.024, "2.4%"), (0.1, "10%"), (0.356, "36%"), (1.0, "100%")]
)
def test_what_was_measured_has_a_digit_more_where_it_is_small(share: float, written: str) -> None:
    assert measured(share) == written
