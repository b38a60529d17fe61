"""Random maps: seeded, as smooth as the map, and elsewhere."""

import numpy as np
import pytest

from core.explain.faithfulness.random_maps import beaten, random_map, random_maps
from core.explain.faithfulness.ranks import spearman


def roughness(heat: np.ndarray) -> float:
    return float(np.abs(np.diff(heat, axis=1)).mean() / heat.std())


def blob(size: int = 32) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size]
    return np.exp(-((rows - 16) ** 2 + (columns - 12) ** 2) / 50).astype(np.float32)


def test_the_same_seed_draws_the_same_map() -> None:
    np.testing.assert_array_equal(random_map(blob(), 64, 3), random_map(blob(), 64, 3))
    assert (random_map(blob(), 64, 3) != random_map(blob(), 64, 4)).any()


def test_it_has_the_maps_own_spectrum() -> None:
    drawn = random_map(blob(), 32, 1)
    power = [np.abs(np.fft.fft2(one - one.mean())) for one in (blob(), drawn)]
    power[1].flat[0] = power[0].flat[0] = 0
    np.testing.assert_allclose(power[1], power[0], atol=1e-2)


def test_a_smooth_map_gets_smooth_ones_and_a_speckled_one_speckled_ones() -> None:
    speckles = np.random.default_rng(0).random((32, 32)).astype(np.float32)
    assert roughness(random_map(blob(), 32, 1)) < 0.5 * roughness(random_map(speckles, 32, 1))


def test_they_point_elsewhere_on_the_whole() -> None:
    alike = [spearman(one, blob()) for one in random_maps(blob(), 32, 0, 20)]
    assert abs(np.mean(alike)) < 0.3
    assert len({one.tobytes() for one in random_maps(blob(), 32, 0)}) == 10


@pytest.mark.parametrize("flat", [np.zeros((4, 4), np.float32), np.ones((1, 1), np.float32)])
def test_a_flat_map_still_gets_one(flat: np.ndarray) -> None:
    assert np.isfinite(random_map(flat, 16, 0)).all()


def test_beaten_counts_ties_half() -> None:
    areas = np.array([0.1, 0.3, 0.5, 0.7])
    assert beaten(0.3, areas, lower=True) == pytest.approx((2 + 0.5) / 4)
    assert beaten(0.3, areas, lower=False) == pytest.approx((1 + 0.5) / 4)
