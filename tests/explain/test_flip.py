"""What would change the answer."""

import math

import numpy as np
import pytest

from core.domain import Placement
from core.explain.blurred import blurred, without
from core.explain.flip import MOST, flip
from core.explain.values import Cancelled
from tests.explain.networks import Rule

SIZE = 80
WHOLE = Placement(0, 0, SIZE, SIZE, SIZE)


def nothing(_share: float) -> None:
    """Nobody watches."""


def spotted(row: int = 20, column: int = 50, side: int = 6) -> np.ndarray:
    square = np.full((SIZE, SIZE), 100, np.uint8)
    square[row : row + side, column : column + side] = 220
    return square


def bright(seen: np.ndarray) -> float:
    """Stone where the spot is at least half as bright over the rest as it was."""
    return float(seen[20:26, 50:56].mean() - 160) / 10


def test_the_spot_that_the_answer_hangs_on_is_found() -> None:
    network = Rule(bright)
    found = flip(network, spotted(), WHOLE, nothing)
    assert found is not None
    assert found.left < 56
    assert found.left + found.side > 50
    assert found.top < 26
    assert found.top + found.side > 20
    assert found.share == found.side**2 / SIZE**2
    # temperature 2: before, Stone is 6 logits ahead
    assert found.before == ("Stone", pytest.approx(1 / (1 + math.exp(-3))))
    soft = blurred(spotted())
    gone = without(
        spotted(), soft, (found.top, found.top + found.side), (found.left, found.left + found.side)
    )
    assert found.after == ("Cyst", pytest.approx(1 / (1 + math.exp(bright(gone) / 2)), rel=1e-4))
    assert found.after[1] > 0.5
    assert found.tried < network.passes <= MOST


def test_hardly_any_smaller_patch_would_do() -> None:
    found = flip(Rule(bright), spotted(), WHOLE, nothing)
    assert found is not None
    square, soft = spotted(), blurred(spotted())
    smallest = next(
        side
        for side in range(2, SIZE)
        if any(
            bright(without(square, soft, (row, row + side), (column, column + side))) < 0
            for row in range(14, 26)
            for column in range(44, 56)
        )
    )
    assert smallest <= found.side <= smallest + 2


def test_it_is_told_in_the_slices_own_pixels() -> None:
    inner = flip(Rule(bright), spotted(), WHOLE, nothing)
    laid = flip(Rule(bright), spotted(), Placement(-30, 12, 2 * SIZE, 400, 100), nothing)
    assert inner is not None
    assert laid is not None
    assert (laid.left, laid.top) == (-30 + 2 * inner.left, 12 + 2 * inner.top)
    assert (laid.side, laid.share) == (2 * inner.side, inner.share)


def test_an_answer_that_hangs_on_no_place_is_not_changed() -> None:
    network, steps = Rule(lambda _: 4.0), list[float]()
    noisy = np.random.default_rng(0).integers(0, 255, (SIZE, SIZE)).astype(np.uint8)
    assert flip(network, noisy, WHOLE, steps.append) is None
    assert 100 < network.passes <= MOST
    assert steps == sorted(steps)
    assert steps[-1] == 1.0


def test_an_answer_that_hangs_on_half_of_the_square_takes_a_large_patch() -> None:
    rng = np.random.default_rng(0)
    noisy = np.where(np.arange(SIZE) < SIZE // 2, rng.integers(60, 140, (SIZE, SIZE)), 100).astype(np.uint8)
    found = flip(Rule(lambda seen: float(seen[:, :40].std()) - 19), noisy, WHOLE, nothing)
    assert found is not None
    assert found.side > SIZE // 4
    assert found.left < SIZE // 2


@pytest.mark.parametrize("grey", [0, 200])
def test_a_constant_square_is_asked_about_once(grey: int) -> None:
    network = Rule(lambda seen: seen.mean() - 50)
    assert flip(network, np.full((SIZE, SIZE), grey, np.uint8), WHOLE, nothing) is None
    assert network.passes == 1


def test_saturated_answers_stay_numbers() -> None:
    found = flip(Rule(lambda seen: 1e6 * bright(seen)), spotted(), WHOLE, nothing)
    assert found is not None
    assert (found.before, found.after) == (("Stone", 1.0), ("Cyst", 1.0))


def test_of_several_classes_the_nearest_takes_over() -> None:
    network = Rule(bright, Tumor=lambda _: 1.0)
    found = flip(network, spotted(), WHOLE, nothing)
    assert found is not None
    assert (found.before[0], found.after[0]) == ("Stone", "Tumor")


def test_the_same_slice_gives_the_same_patch() -> None:
    assert flip(Rule(bright), spotted(), WHOLE, nothing) == flip(Rule(bright), spotted(), WHOLE, nothing)


def test_nobody_waits_for_what_is_cancelled() -> None:
    network = Rule(lambda _: 4.0)

    def step(share: float) -> None:
        if share > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        flip(network, np.random.default_rng(0).integers(0, 255, (SIZE, SIZE)).astype(np.uint8), WHOLE, step)
    assert network.passes < 0.2 * MOST
