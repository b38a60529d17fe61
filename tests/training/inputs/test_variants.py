import numpy as np
import pytest

from core.errors import SettingsError
from core.training.inputs import variants

GREY = np.random.default_rng(0).integers(0, 255, (90, 120), np.uint8)


@pytest.mark.parametrize("name", list(variants.TABLE))
def test_a_copy_is_another_picture_of_the_same_size_and_always_the_same(name: str) -> None:
    kept = GREY.copy()
    copy = variants.make(name, GREY, "ab" * 32, 0)
    assert copy.shape == GREY.shape and copy.dtype == np.uint8
    assert (copy != GREY).mean() > 0.1
    np.testing.assert_array_equal(copy, variants.make(name, GREY, "ab" * 32, 0))
    np.testing.assert_array_equal(GREY, kept)


def test_other_slices_and_other_seeds_move_otherwise() -> None:
    copies = [
        variants.make("moved", GREY, digest * 32, seed) for digest, seed in (("ab", 0), ("cd", 0), ("ab", 1))
    ]
    assert (copies[0] != copies[1]).any() and (copies[0] != copies[2]).any()


def test_plain_is_the_slice_itself() -> None:
    assert variants.make("plain", GREY, "ab" * 32, 0) is GREY


def test_an_unknown_variant_is_a_sentence() -> None:
    with pytest.raises(SettingsError, match='no variant "upside_down"'):
        variants.check(("contrast", "upside_down"))
