from dataclasses import replace

import numpy as np
import pytest

from core.data.catalog import Slice
from core.data.validation import shift
from core.data.validation.shift import BOUND, held_out, inside, shifts, spreads, threshold
from tests.support.catalogued import picture


def told(slices: list[Slice]) -> list[tuple[str, str, float]]:
    found = shifts(slices, [one.folder for one in slices])
    return [(one.what, one.label, one.balanced_accuracy) for one in found]


def patients(label: str, count: int, slices: int = 3, **looks: object) -> list[Slice]:
    return [
        picture(f"{label} {who} {number}", label, group=f"{label} {who}", **looks)
        for who in range(count)
        for number in range(slices)
    ]


def even(one: np.ndarray) -> np.ndarray:
    """Weights that count both sides alike."""
    return np.where(one, 0.5 / one.sum(), 0.5 / (~one).sum())


@pytest.mark.parametrize(
    ("values", "one", "cut", "below"),
    [
        ([1, 2, 3, 4], [1, 1, 0, 0], 2.5, True),
        ([1, 2, 3, 4], [0, 0, 1, 1], 2.5, False),
        ([4, 1, 3, 2], [0, 1, 0, 1], 2.5, True),
        ([1, 1, 5, 5], [1, 0, 0, 0], 3.0, True),
        ([-2, -1, 0, 9], [0, 0, 0, 1], 4.5, False),
    ],
)
def test_a_threshold_lies_half_way_between_the_classes(
    values: list[float], one: list[int], cut: float, below: bool
) -> None:
    side = np.array(one, bool)
    assert threshold(np.array(values, float), side, even(side)) == (cut, below)


def test_a_threshold_never_parts_equal_values() -> None:
    one = np.array([1, 0, 1, 0, 1], bool)
    assert threshold(np.array([1.0, 1, 1, 2, 2]), one, even(one))[0] == 1.5


def test_what_is_right_on_the_same_slices_is_balanced_over_the_classes() -> None:
    # cut at 2.5: both of the class, three of four others
    values, one = np.array([1.0, 2, 1, 3, 4, 5]), np.array([1, 1, 0, 0, 0, 0], bool)
    assert inside(values, one) == (1 + 0.75) / 2


def test_a_number_that_is_the_same_everywhere_tells_nothing() -> None:
    group = np.array(["a", "b", "c", "d", "e", "f"])
    one = np.array([1, 1, 1, 0, 0, 0], bool)
    assert held_out(np.full(6, 7.0), one, group) == 0.5
    assert inside(np.full(6, 7.0), one) == 0.5


def test_a_class_set_apart_in_every_patient_is_told_in_full() -> None:
    values = np.array([1.0, 2, 3, 11, 12, 13])
    assert held_out(values, np.array([1, 1, 1, 0, 0, 0], bool), np.array(list("abcdef"))) == 1.0


def test_every_patient_counts_the_same_however_many_slices_there_are() -> None:
    # five patients at 1 to 5, the first with 97 slices; others at 20 to 23, and one of 500 slices at 0.5
    # who is not recognised when he is left out: all of five, and four of five
    values = np.array([1.0] * 97 + [2, 3, 4, 5] + [20, 21, 22, 23] + [0.5] * 500)
    group = np.array(["a"] * 97 + list("bcdeghij") + ["f"] * 500)
    assert held_out(values, np.arange(len(values)) < 101, group) == 0.9


def test_a_patient_with_slices_of_both_classes_stays_on_one_side() -> None:
    # what tells the classes apart within a patient is upside down in the next: useless on others
    values = np.array([1.0, 9, 9, 1, 1, 9, 9, 1])
    group = np.array(list("aabbccdd"))
    one = np.array([1, 0] * 4, bool)
    assert held_out(values, one, group) <= 0.5


def test_folds_leave_both_classes_on_both_sides_however_patients_mix() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        group = rng.integers(0, rng.integers(6, 12), 40).astype(str)
        one = rng.random(40) < rng.choice([0.1, 0.3, 0.5, 0.9])
        if min(len(set(group[one])), len(set(group[~one]))) < 3:
            continue
        fold = shift._folds(one, group)
        assert all(len(set(fold[group == name])) == 1 for name in set(group))
        for part in set(fold.tolist()):
            assert set(one[fold == part].tolist()) == {True, False}
            assert set(one[fold != part].tolist()) == {True, False}


def test_a_class_of_its_own_width_is_told() -> None:
    slices = patients("Cyst", 4, size=(512, 512)) + patients("Stone", 4, size=(640, 512))
    assert told(slices) == [("aspect", "Cyst", 1.0), ("width", "Cyst", 1.0)]


def test_of_three_classes_the_odd_one_out_is_named() -> None:
    slices = patients("Cyst", 4) + patients("Normal", 4) + patients("Stone", 4, spread=80.0)
    assert told(slices) == [("contrast", "Stone", 1.0)]
    (one,) = shifts(slices, [slice_.folder for slice_ in slices])
    assert "Stone can be told from the rest by its contrast alone" in one.sentence
    assert "100 %" in one.sentence


def test_bit_depth_is_looked_at_too() -> None:
    assert told(patients("Cyst", 3, bits=16) + patients("Stone", 3)) == [("bits", "Cyst", 1.0)]


@pytest.mark.parametrize("count", [1, 2])
def test_a_class_of_one_or_two_patients_is_never_flagged(count: int) -> None:
    slices = patients("Cyst", count, slices=50, mean=200.0) + patients("Stone", 9)
    assert told(slices) == []


@pytest.mark.parametrize("label", [[], ["Cyst"]])
def test_fewer_than_two_classes_have_nothing_to_be_told_from(label: list[str]) -> None:
    slices = [one for name in label for one in patients(name, 5)]
    assert told(slices) == []


def test_classes_that_differ_in_nothing_are_rarely_flagged() -> None:
    rng = np.random.default_rng(3)
    flagged = 0
    for _ in range(200):
        sizes = np.exp(rng.normal(3, 1.2, 16)).astype(int) + 1
        group = np.repeat(np.arange(16), sizes)
        values = rng.normal(0, 1, 16)[group] + rng.normal(0, 0.4, len(group))
        flagged += held_out(values, group < 4, group.astype(str)) >= BOUND
    assert flagged <= 6


def test_the_order_of_slices_changes_nothing() -> None:
    slices = patients("Cyst", 4, mean=90.0) + patients("Normal", 5) + patients("Stone", 4)
    slices = [replace(one, mean=one.mean + number % 7) for number, one in enumerate(slices)]
    shuffled = [slices[at] for at in np.random.default_rng(0).permutation(len(slices))]
    assert told(slices) == told(shuffled)
    assert spreads(slices, [one.folder for one in slices]) == spreads(
        shuffled, [one.folder for one in shuffled]
    )


def test_spreads_are_quartiles_by_class() -> None:
    slices = [picture(str(n), mean=float(n)) for n in range(5)] + [picture("s", "Stone", mean=9.0)]
    found = {(one.what, one.label): one.quartiles for one in spreads(slices, [s.folder for s in slices])}
    assert found["brightness", "Cyst"] == (0, 1, 2, 3, 4)
    assert found["brightness", "Stone"] == (9, 9, 9, 9, 9)
    assert found["aspect", "Stone"] == (1.25,) * 5
    assert len(found) == 12


def test_no_slices_have_no_spreads() -> None:
    assert spreads([], []) == ()
