"""The map of a changed slice against the map of the slice."""

from collections.abc import Callable

import numpy as np
import pytest

from core.explain.faithfulness.stability import CHANGES, Change, changes, stability
from core.explain.methods import METHODS
from core.explain.values import Cancelled, Explanation, Square
from tests.explain.faithfulness.drawn import SIZE, explanation


def textured() -> Square:
    return np.random.default_rng(4).integers(10, 200, (SIZE, SIZE)).astype(np.uint8)


def bright(square: Square) -> Explanation:
    """A method that follows the slice: where it is bright."""
    return explanation(square.astype(np.float32))


def fixed(square: Square) -> Explanation:
    """A method that ignores the slice: always the same ramp from left to right."""
    return explanation(np.tile(np.arange(1, SIZE + 1), (SIZE, 1)))


def chance() -> Callable[[Square], Explanation]:
    rng = np.random.default_rng(0)
    return lambda square: explanation(rng.random((SIZE, SIZE)))


def nothing(share: float) -> None:
    pass


def test_a_map_that_follows_the_slice_is_moved_with_it() -> None:
    found = stability(textured(), bright(textured()), bright, nothing)
    moved = {name: value for name, value in found.items() if "moved" in name}
    assert list(moved.values()) == pytest.approx([1.0] * 3)
    assert all(0.97 < value < 1.0 for name, value in found.items() if name not in moved)


def test_a_map_of_chance_is_stable_under_nothing() -> None:
    again = chance()
    assert max(map(abs, stability(textured(), again(textured()), again, nothing).values())) < 0.15


def test_a_map_that_ignores_the_slice_does_not_change_with_noise() -> None:
    found = stability(textured(), fixed(textured()), fixed, nothing)
    assert found["given a little noise"] == pytest.approx(1.0)


def test_a_changed_slices_flat_map_counts_as_nothing_left() -> None:
    found = stability(textured(), bright(textured()), lambda _: explanation(np.zeros((4, 4))), nothing)
    assert set(found.values()) == {0.0}


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.words)
def test_a_change_is_small_and_turned_back(change: Change) -> None:
    square = textured()
    changed = change.of(square)
    assert changed.shape == square.shape and changed.dtype == np.uint8
    apart = np.abs(change.back(changed.astype(np.float32)) - change.inner(square.astype(np.float32)))
    assert apart.max() <= (0 if change.seed is None else 12)


def test_what_is_moved_in_is_the_edge_gone_on() -> None:
    square = np.arange(16, dtype=np.uint8).reshape(4, 4)
    assert Change("", right=1).of(square)[0].tolist() == [0, 0, 1, 2]
    assert Change("", down=-1).of(square)[:, 0].tolist() == [4, 8, 12, 12]


def test_slow_methods_are_tried_on_fewer_changes() -> None:
    counts = {key: len(changes(key)) for key in METHODS}
    assert counts["closed-form"] == len(CHANGES)
    assert {counts[key] for key in ("score-cam", "occlusion", "kernel-shap")} == {2}
    assert all(any(one.seed is None for one in changes(key)) for key in METHODS)
    assert all(any(one.seed is not None for one in changes(key)) for key in METHODS)


def test_it_can_be_stopped() -> None:
    def stop(share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        stability(textured(), bright(textured()), bright, stop)
