import numpy as np
import pytest

from core.config.params import Params
from core.data.manifest import Row
from core.errors import DataError
from core.training import selection


def rows(*runs: tuple[str, str, str, int], source: str = "") -> list[Row]:
    """Slices by (label, series, fold, how many); each series is a group."""
    folder = f"images/{source}/" if source else "images/"
    return [
        Row(f"{folder}{label}/{series}-{number}.png", label, "", 9, 9, series, series, "axial", source, fold)
        for label, series, fold, count in runs
        for number in range(count)
    ]


def asking(**training: object) -> Params:
    return Params.model_validate({"training": training, "split": {"folds": 2}})


def test_every_third_slice_of_each_series() -> None:
    chosen = selection.select(rows(("a", "s1", "0", 7), ("a", "s2", "1", 2)), asking(every=3))
    assert [row.path[-8:-4] for row in chosen] == ["s1-0", "s1-3", "s1-6", "s2-0"]


def test_figures_are_on_the_first_source_and_the_rest_can_be_left_out() -> None:
    both = rows(("a", "s1", "0", 2), source="plain") + rows(("a", "s2", "0", 3), source="plain-enhanced")
    assert selection.primary(both).tolist() == [True, True, False, False, False]
    assert len(selection.select(both, asking(every=1, extra_sources=True))) == 5
    assert len(selection.select(both, asking(every=1, extra_sources=False))) == 2


def test_a_sources_own_train_and_test_are_all_reported_on() -> None:
    found = [Row("images/train/a/1.png", "a", "", 9, 9, source_split="train")]
    found += [Row("images/x/test/a/2.png", "a", "", 9, 9, source_split="test")]
    assert selection.primary(found[1:]).all()


def test_the_manifests_folds_are_kept() -> None:
    found = rows(("a", "s1", "0", 2), ("b", "s2", "1", 2), ("a", "s3", "1", 1), ("b", "s4", "0", 1))
    np.testing.assert_array_equal(selection.folds(found, asking()), [0, 0, 1, 1, 1, 0])


def test_a_class_of_one_patient_is_a_sentence() -> None:
    found = rows(("a", "s1", "0", 4), ("b", "s2", "1", 4), ("a", "s3", "1", 4))
    with pytest.raises(DataError, match="All slices of b seem to be of one patient block"):
        selection.folds(found, asking())
