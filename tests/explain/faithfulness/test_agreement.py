"""Maps of several methods, each on its own grid, held against each other."""

import subprocess
import sys

import numpy as np
import pytest

from core.explain.faithfulness.agreement import agreement
from tests.explain.faithfulness.drawn import explanation


def ramp(size: int) -> np.ndarray:
    return np.tile(np.arange(1.0, size + 1), (size, 1))


def test_the_same_heat_on_two_grids_agrees() -> None:
    found = agreement([explanation(ramp(10)), explanation(ramp(320), "saliency")])
    assert found.methods == ("closed-form", "saliency")
    assert found.rank[0, 1] > 0.95
    assert found.hottest[0, 1] > 0.8
    np.testing.assert_allclose(np.diag(found.rank), 1.0)
    np.testing.assert_array_equal(found.rank, found.rank.T)


def test_turned_round_they_disagree() -> None:
    found = agreement([explanation(ramp(10)), explanation(ramp(10)[:, ::-1], "grad-cam")])
    assert found.rank[0, 1] == pytest.approx(-1.0)
    assert found.hottest[0, 1] == 0.0
    assert found.with_others("grad-cam") == pytest.approx(-1.0)


def test_a_flat_map_agrees_with_nobody() -> None:
    maps = [
        explanation(ramp(10)),
        explanation(np.zeros((4, 4)), "saliency"),
        explanation(ramp(9), "grad-cam"),
    ]
    found = agreement(maps)
    assert np.isnan(found.rank[1]).all() and np.isnan(found.hottest[:, 1]).all()
    assert found.with_others("saliency") is None
    assert found.with_others("closed-form") == pytest.approx(1.0, abs=0.05)


def test_one_map_alone_has_no_others() -> None:
    assert agreement([explanation(ramp(10))]).with_others("closed-form") is None
    assert agreement([]).methods == ()


def test_the_web_process_stays_small() -> None:
    said = (
        "import sys, core.explain.faithfulness.agreement, core.explain.faithfulness.words; "
        "print([n for n in ('scipy', 'skimage', 'tensorflow', 'pandas', 'sklearn') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
