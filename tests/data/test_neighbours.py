from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from core.data import neighbours
from core.data.neighbours import Parts, find


def picture(seed: int, near: int = 0) -> np.ndarray:
    """(64, 64) blobs; pictures of one seed are near-twins, of two seeds strangers."""
    coarse = np.random.default_rng(seed).integers(20, 220, (4, 4), np.uint8)
    grain = np.random.default_rng([seed, near]).integers(0, 20 if near else 1, (64, 64), np.uint8)
    return cv2.resize(coarse, (64, 64), interpolation=cv2.INTER_LINEAR) + grain


def parts(
    split: Sequence[int], tested: Sequence[bool] | None = None, known: Sequence[bool] | None = None
) -> Parts:
    every = [True] * len(split)
    return Parts(np.array(split), np.array(tested or every), np.array(known or every))


def flat(*greys: int) -> np.ndarray:
    return np.stack([np.full((64, 64), grey, np.uint8) for grey in greys])


def test_the_nearest_is_the_one_with_the_closest_greys() -> None:
    found = find(flat(10, 200, 14, 190), [parts([0, 1, 1, 1])])[0]
    assert found.tested.tolist() == [0, 1, 2, 3]
    assert found.nearest.tolist() == [2, 0, 0, 0]


def test_the_first_of_equals_wins() -> None:
    same = picture(1)
    pictures = np.stack([same, picture(2), same, same, same])
    found = find(pictures, [parts([0, 1, 1, 1, 0])])[0]
    assert found.nearest[[0, 2, 3, 4]].tolist() == [2, 0, 0, 2]
    assert found.alike[[0, 2, 3, 4]].tolist() == [2, 0, 0, 2]
    assert found.correlation[[0, 2, 3, 4]] == pytest.approx(1, abs=1e-5)


def test_correlation_ignores_brightness_and_distance_does_not() -> None:
    one = picture(1) // 2
    found = find(np.stack([one, one + 100, picture(2) // 2]), [parts([0, 1, 1])])[0]
    assert found.alike[0] == 1
    assert found.correlation[0] == pytest.approx(1, abs=1e-4)
    assert found.nearest[0] == 2


def test_correlation_is_numpys() -> None:
    pictures = np.stack([picture(seed) for seed in (1, 2)])
    small = [cv2.resize(one, (32, 32), interpolation=cv2.INTER_AREA).ravel() for one in pictures]
    found = find(pictures, [parts([0, 1])])[0]
    assert found.correlation == pytest.approx([np.corrcoef(small)[0, 1]] * 2, abs=1e-5)


def test_a_picture_of_one_grey_is_like_nothing() -> None:
    found = find(np.concatenate([flat(0, 0, 255), picture(1)[None]]), [parts([0, 1, 2, 3])])[0]
    assert found.correlation.tolist() == [0, 0, 0, 0]
    assert found.nearest[:2].tolist() == [1, 0]


def test_only_known_slices_of_other_parts_are_compared_with() -> None:
    pictures = np.stack([picture(1), picture(1, 1), picture(2), picture(3)])
    split = parts([0, 0, 1, 2], tested=[True, False, False, False], known=[True, True, False, True])
    found = find(pictures, [split])[0]
    assert found.tested.tolist() == [0]
    assert found.alike.tolist() == found.nearest.tolist() == [3]


def test_without_anybody_to_compare_with_nobody_is_tested() -> None:
    found = find(flat(1, 2), [parts([0, 0]), parts([0, 1])])
    assert [one.tested.tolist() for one in found] == [[], [0, 1]]
    assert found[0].correlation.shape == (0,)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = np.stack([picture(n // 3, n % 3) for n in range(20)])
    split = parts([n % 4 for n in range(20)])
    whole = find(pictures, [split])[0]
    monkeypatch.setattr(neighbours, "_BLOCK", 7)
    shares: list[float] = []
    found = find(pictures, [split], shares.append)[0]
    assert found.nearest.tolist() == whole.nearest.tolist()
    assert found.correlation == pytest.approx(whole.correlation)
    assert shares == pytest.approx([0.35, 0.7, 1])
