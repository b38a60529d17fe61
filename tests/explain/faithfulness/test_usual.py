"""What the randomisation check runs on by default."""

from pathlib import Path

import numpy as np

from core.explain.faithfulness import usual
from core.explain.methods import METHODS
from core.models.bundle import load


def test_the_slices_are_the_same_each_time_and_differ(tiny: Path) -> None:
    bundle = load(tiny)
    one, other = usual.slices(bundle, 2), usual.slices(bundle, 1)
    assert [square.shape for square in one] == [(64, 64)] * 2
    np.testing.assert_array_equal(one[0], other[0])
    assert (one[0] != one[1]).any()


def test_the_quick_methods_are_in_the_table() -> None:
    assert set(usual.QUICK) <= set(METHODS)
    assert "closed-form" in usual.QUICK
