"""How far a map can be believed, measured on a model that only looks at one corner."""

import pickle

import numpy as np
import pytest

from core.explain.faithfulness.trust import trust
from core.explain.faithfulness.values import Trust
from core.explain.values import Cancelled, Explanation, Square
from tests.explain.faithfulness.drawn import SIZE, corner, explanation, right, square, wrong
from tests.explain.networks import Rule


def nothing(share: float) -> None:
    pass


def measured(made: Explanation, network: Rule | None = None) -> Trust:
    return trust(network or Rule(corner), square(), made, nothing, again=lambda _: made)


@pytest.fixture(scope="module")
def known() -> Trust:
    return measured(right())


def test_the_map_that_knows_is_believed(known: Trust) -> None:
    assert known.deletion.area < known.random_deletion.min()
    assert known.insertion.area > known.random_insertion.max()
    assert "beats 100 % of 10 random maps" in " ".join(known.sentences)


def test_the_map_that_points_elsewhere_is_not(known: Trust) -> None:
    found = measured(wrong())
    assert found.level == "poor"
    assert found.deletion.area > known.deletion.area


def test_it_is_the_same_each_time(known: Trust) -> None:
    again = measured(right())
    np.testing.assert_array_equal(known.random_deletions, again.random_deletions)
    np.testing.assert_array_equal(known.deletion.probabilities, again.deletion.probabilities)
    assert known.sentences == again.sentences


def test_it_goes_through_a_pipe(known: Trust) -> None:
    there = pickle.loads(pickle.dumps(known))
    assert there.sentences == known.sentences
    np.testing.assert_array_equal(there.deletion.all, known.deletion.all)


@pytest.mark.parametrize("raw", [np.zeros((5, 5)), np.full((5, 5), -2.0), np.full((5, 5), 3.0)])
def test_a_flat_map_is_called_flat_and_gets_no_curves_of_its_own(raw: np.ndarray) -> None:
    network = Rule(corner)
    found = measured(explanation(raw), network)
    assert found.level == "flat"
    assert found.sentences == (
        "This map points nowhere: nothing on the slice speaks for Stone more than the rest of it.",
    )
    assert found.deletion.shares.tolist() == [0, 1] and not len(found.random_deletion)
    assert found.deletion.probabilities[0] == found.insertion.probabilities[-1]
    assert not found.stability and network.passes == 2


@pytest.mark.parametrize("grey", [0, 255, 130])
def test_a_constant_slice_tells_nothing(grey: int) -> None:
    even: Square = np.full((SIZE, SIZE), grey, np.uint8)
    found = trust(Rule(corner), even, right(), nothing, again=lambda _: right())
    assert found.level == "fair"
    assert "the curves can't tell" in found.sentences[0]
    assert np.isfinite(found.deletion.area)


def test_another_network_may_answer() -> None:
    silent, asked = Rule(corner), Rule(corner)
    trust(silent, square(), right(), nothing, again=lambda _: right(), answers=asked)
    assert silent.passes == 0 and asked.passes > 200


def test_progress_grows_to_the_end_and_it_can_be_stopped() -> None:
    told: list[float] = []
    trust(Rule(corner), square(), right(), told.append, again=lambda _: right())
    assert told == sorted(told) and told[-1] == pytest.approx(1.0) and len(told) > 10

    def stop(share: float) -> None:
        if share > 0.3:
            raise Cancelled

    network = Rule(corner)
    with pytest.raises(Cancelled):
        trust(network, square(), right(), stop, again=lambda _: right())
    assert network.passes < 250
