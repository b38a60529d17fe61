"""Squares come in order, whole, and what goes wrong on the way is not lost."""

import numpy as np
import pytest

from core.config.params import Augmentation
from core.imaging.preprocess import PreprocessSpec, equalise
from core.training.inputs import augment
from core.training.loop import feed
from core.training.loop.draws import Draw
from core.training.loop.samples import Samples
from core.training.loop.tuning_stage import changed

pytestmark = pytest.mark.tensorflow
SIZE = 32
SQUARES = np.random.default_rng(0).integers(0, 256, (11, SIZE, SIZE)).astype(np.uint8)
SPEC = PreprocessSpec(size=SIZE, clahe_clip=2.0)


@pytest.mark.parametrize(("count", "batch"), [(11, 4), (11, 11), (11, 32), (1, 4), (8, 4)])
def test_in_order_and_the_last_batch_is_the_rest(count: int, batch: int) -> None:
    found = [one.numpy() for one in feed.batches(lambda at: SQUARES[at], count, SIZE, batch)]
    assert [len(one) for one in found[:-1]] == [batch] * (len(found) - 1)
    np.testing.assert_array_equal(np.concatenate(found)[..., 0], SQUARES[:count])
    assert {one.dtype for one in found} == {np.dtype(np.uint8)}


def test_what_goes_wrong_comes_out_as_it_was() -> None:
    class UnreadableError(Exception):
        pass

    def one(at: int) -> np.ndarray:
        if at == 6:
            raise UnreadableError("slice 6")
        return SQUARES[at]

    seen = 0
    with pytest.raises(UnreadableError, match="slice 6"):
        for _ in feed.batches(one, 11, SIZE, 2):
            seen += 1
    assert seen <= 3


def samples() -> Samples:
    digests = [f"{at:064x}" for at in range(11)]
    return Samples(np.zeros(11, np.intp), [], SQUARES, digests, SPEC)


def epoch_of(order: list[int], epoch: int, strengths: Augmentation) -> np.ndarray:
    count = len(order)
    drawn = Draw(np.array(order), np.zeros(count, np.intp), np.ones(count, np.float32), 0, epoch)
    one = changed(samples(), drawn, strengths, 3)
    return np.stack([one(at) for at in range(count)])


def test_without_changes_a_square_is_what_the_model_sees_of_the_slice() -> None:
    strengths = dict.fromkeys(Augmentation.model_fields, 0)
    found = epoch_of([4, 0], 1, Augmentation(**strengths))
    np.testing.assert_array_equal(found, [equalise(SQUARES[4], SPEC), equalise(SQUARES[0], SPEC)])


def test_each_epoch_and_each_turn_of_a_slice_is_changed_anew_and_always_alike() -> None:
    strong = Augmentation()
    first, again, later = (epoch_of([4, 4, 0], epoch, strong) for epoch in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first[0] != first[1]).any() and (first != later).any(axis=(1, 2)).all()
    rng = augment.generator(3, f"{4:064x}", 3)
    np.testing.assert_array_equal(first[0], equalise(augment.change(SQUARES[4], strong, rng), SPEC))
