import math
from collections.abc import Sequence

import numpy as np
import pytest

from core.tracking.runs.thinning import thinned
from core.tracking.runs.values import History


def history(values: Sequence[float]) -> History:
    count = len(values)
    return History("r", "loss", np.arange(count), np.arange(count) / 2, np.array(values, np.float64))


def test_a_short_one_stays_as_it_is() -> None:
    one = history([3.0, 2.0, 1.0])
    assert thinned(one, 3) is one and one.thinned_from is None


@pytest.mark.parametrize("most", [5, 8, 100, 2_000])
def test_a_long_one_keeps_its_ends_and_every_peak(most: int) -> None:
    values = np.sin(np.linspace(0, 20, 100_000))
    values[31_337], values[77_777] = 9.0, -9.0
    one = thinned(history(list(values)), most)
    assert 3 <= len(one.values) <= most
    assert one.thinned_from == 100_000 and one.whole
    assert (one.steps[0], one.steps[-1]) == (0, 99_999)
    assert (one.values.max(), one.values.min()) == (9.0, -9.0)
    assert one.steps[one.values.argmax()] == 31_337
    assert (np.diff(one.steps) > 0).all()
    assert (one.at == one.steps / 2).all(), "times stay with their steps"
    assert thinned(one, 5).thinned_from == 100_000, "thinned twice, it still says of how many"


def test_each_bucket_by_hand() -> None:
    # 20 values, 8 kept: ends, and (8 - 2) // 3 = 2 buckets of 1..9 and 10..18
    one = thinned(history([0, 5, 1, 1, 9, 1, 1, 1, 1, 1, 2, 2, 2, -4, 2, 2, 7, 2, 2, 0]), 8)
    # the least of the first bucket is met first at step 2
    assert list(one.steps) == [0, 2, 4, 13, 16, 19]
    assert list(one.values) == [0, 1, 9, -4, 7, 0]


def test_gaps_stay_gaps() -> None:
    values = [1.0] * 1000
    values[400:410] = [math.nan] * 10
    values[700] = math.inf
    one = thinned(history(values), 50)
    assert np.isnan(one.values).any() and np.isinf(one.values).any()
    nothing = thinned(history([math.nan] * 1000), 50)
    assert 2 <= len(nothing.values) <= 50 and np.isnan(nothing.values).all()
