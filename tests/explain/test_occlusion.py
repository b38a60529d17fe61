"""How far the score falls without a place."""

import numpy as np
import pytest

from core.explain.blurred import blurred
from core.explain.occlusion import attribute
from core.explain.values import Ask, Cancelled, Target
from tests.explain.networks import Rule
from tests.support.scans import body

STONE, CONTRAST = Ask("occlusion", Target("Stone")), Ask("occlusion", Target("Cyst", "Stone"))


def nothing(_share: float) -> None:
    """Nobody watches."""


def spot(row: int, column: int) -> np.ndarray:
    square = body(32)
    square[row, column] = 255
    return square


@pytest.mark.parametrize(("ask", "sign"), [(STONE, 1), (CONTRAST, -1)])
def test_a_model_that_reads_one_pixel_points_at_it(ask: Ask, sign: int) -> None:
    # 32 pixels in 16 cells of 2; row 9 is in cell 4, column 20 in cell 10. The four patches over that
    # cell all take the pixel away, two of the four over a neighbour do, and one over a diagonal one
    square = spot(9, 20)
    fall = 255 - blurred(square)[9, 20]
    raw = attribute(Rule(lambda seen: seen[9, 20]), square, ask, nothing)
    expected = np.zeros((16, 16))
    expected[3:6, 9:12] = np.outer((0.5, 1, 0.5), (0.5, 1, 0.5))
    np.testing.assert_allclose(raw, sign * fall * expected, rtol=1e-4)
    assert raw.dtype == np.float32


def test_in_the_corner_one_patch_covers_the_cell() -> None:
    square = spot(0, 0)
    fall = 255 - blurred(square)[0, 0]
    raw = attribute(Rule(lambda seen: seen[0, 0]), square, STONE, nothing)
    np.testing.assert_allclose(raw[:2, :2], fall * np.array([[1, 0.5], [0.5, 0.25]]), rtol=1e-4)
    assert not raw[2:].any()


def test_every_patch_is_one_pass_and_one_step() -> None:
    network, steps = Rule(lambda seen: seen.mean()), list[float]()
    noisy = np.random.default_rng(0).integers(40, 200, (64, 64)).astype(np.uint8)
    attribute(network, noisy, STONE, steps.append)
    assert network.passes == 226
    assert len(steps) == 225
    assert steps == sorted(steps)
    assert steps[-1] == 1.0


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_constant_square_points_nowhere(grey: int) -> None:
    network = Rule(lambda seen: 3 + seen.mean())
    raw = attribute(network, np.full((64, 64), grey, np.uint8), STONE, nothing)
    assert not raw.any()
    assert network.passes == 1


def test_rounding_is_no_drop_and_a_large_score_no_heat() -> None:
    noise = np.random.default_rng(1)
    square = body(64)
    trembling = attribute(Rule(lambda _: 50 + noise.normal(0, 1e-5)), square, STONE, nothing)
    assert not trembling.any()
    assert np.isfinite(attribute(Rule(lambda seen: 1e30 * seen.mean()), square, STONE, nothing)).all()


def test_nobody_waits_for_what_is_cancelled() -> None:
    network = Rule(lambda seen: seen.mean())

    def step(share: float) -> None:
        if share > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        attribute(network, body(64), STONE, step)
    assert network.passes < 120
