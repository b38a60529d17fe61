"""What each piece of a slice adds to the score."""

import numpy as np
import pytest

from core.explain.blurred import blurred
from core.explain.superpixels import SAMPLES, attribute, segments, shapley
from core.explain.values import Ask, Cancelled, Target
from tests.explain.networks import Rule
from tests.support.scans import body

STONE = Ask("kernel-shap", Target("Stone"))


def nothing(_share: float) -> None:
    """Nobody watches."""


def bent(seen: np.ndarray) -> float:
    """Pieces that are worth more together than one by one."""
    return float(np.sqrt(np.maximum(seen[16:32, 16:48].std() * seen[30:50, 20:40].std(), 0.0)))


def test_three_players_by_hand() -> None:
    # v = a + 2 b + 4 a c: Shapley gives a 1 + 2, b 2, c 2; all but the empty and the full set are asked
    asked = []

    def score(present: np.ndarray) -> float:
        a, b, c = present
        asked.append(tuple(present))
        return float(a) + 2 * float(b) + 4 * float(a and c)

    np.testing.assert_allclose(shapley(score, 3, 0, nothing), [3, 2, 2], atol=1e-6)
    assert len(asked) == 8
    assert len(set(asked)) == 8


@pytest.mark.parametrize("count", [1, 2])
def test_one_player_adds_all_there_is(count: int) -> None:
    values = shapley(lambda present: 7.0 + 5.0 * present.sum(), count, 0, nothing)
    np.testing.assert_allclose(values, [5.0] * count)


def test_in_a_model_that_only_adds_up_a_piece_adds_what_blurring_it_takes() -> None:
    square = body(64)
    soft = blurred(square)
    weights = np.random.default_rng(0).normal(size=(64, 64)) / 64
    raw = attribute(Rule(lambda seen: float((seen * weights).sum())), square, STONE, nothing)
    pieces = segments(square, soft)
    assert 30 <= pieces.max() + 1 <= 70
    for piece in range(int(pieces.max()) + 1):
        inside = pieces == piece
        adds = float(((square - soft) * weights)[inside].sum())
        assert raw[inside].sum() == pytest.approx(adds, abs=2e-3)
        assert np.ptp(raw[inside]) == 0, "a piece has one value"
    assert not raw[pieces < 0].any()


def test_it_adds_up_to_the_score_and_the_same_seed_gives_the_same_map() -> None:
    square = body(64)
    network, before = Rule(bent), np.random.get_state()[1].copy()
    raw = attribute(network, square, STONE, nothing)
    assert network.passes <= SAMPLES + 2
    soft = blurred(square)
    absent = np.where(segments(square, soft) >= 0, soft, square)
    assert raw.sum() == pytest.approx(bent(square.astype(float)) - bent(absent.astype(float)), abs=1e-3)
    np.testing.assert_array_equal(raw, attribute(Rule(bent), square, STONE, nothing))
    assert not np.array_equal(
        raw, attribute(Rule(bent), square, Ask("kernel-shap", STONE.target, seed=1), nothing)
    )
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_against_another_class_the_sign_turns() -> None:
    square = body(64)
    stone = attribute(Rule(bent), square, STONE, nothing)
    cyst = attribute(Rule(bent), square, Ask("kernel-shap", Target("Cyst", "Stone")), nothing)
    np.testing.assert_allclose(cyst, -stone, atol=1e-7)


@pytest.mark.parametrize("grey", [0, 90, 255])
def test_a_constant_square_points_nowhere(grey: int) -> None:
    network, steps = Rule(lambda seen: seen.mean()), list[float]()
    raw = attribute(network, np.full((64, 64), grey, np.uint8), STONE, steps.append)
    assert raw.shape == (64, 64)
    assert not raw.any()
    assert (network.passes, steps) == (0, [1.0])


def test_a_black_square_with_one_speck_is_cut_where_the_speck_is() -> None:
    square = np.zeros((64, 64), np.uint8)
    square[20:23, 30:33] = 255
    raw = attribute(Rule(lambda seen: seen[21, 31]), square, STONE, nothing)
    assert np.isfinite(raw).all()
    assert np.hypot(*(np.argwhere(raw == raw.max()).mean(axis=0) - (21, 31))) < 8
    assert not raw[40:, :20].any()


def test_scores_without_measure_stay_numbers() -> None:
    assert np.isfinite(attribute(Rule(lambda seen: 1e20 * seen[20, 20]), body(64), STONE, nothing)).all()


def test_it_says_how_far_it_is_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    steps: list[float] = []
    attribute(Rule(bent), body(64), STONE, steps.append)
    assert len(steps) > 100
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    assert capsys.readouterr() == ("", "")


def test_nobody_waits_for_what_is_cancelled() -> None:
    network, state = Rule(bent), np.random.get_state()[1].copy()

    def step(share: float) -> None:
        if share > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        attribute(network, body(64), STONE, step)
    assert network.passes < 0.25 * SAMPLES
    np.testing.assert_array_equal(np.random.get_state()[1], state)
