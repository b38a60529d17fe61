"""The preview of augmentation: real slices, as a run would change them."""

import re

import numpy as np

from app import dataset
from app.components.training import augmentation_preview as preview
from core.config import params as recipes
from core.config.settings import settings
from tests.app.conftest import Studio
from tests.app.training.test_form import harmless, put


def pictures(page: Studio) -> list[list[str]]:
    """Data URIs, a row a slice."""
    (grid,) = (one.value for one in page.at.get("html") if 'class="tr-form-preview"' in one.value)
    return [re.findall(r'src="(data:[^"]+)"', row) for row in grid.split("<div title=")[1:]]


def test_four_slices_of_both_classes_have_three_copies_each(train: Studio) -> None:
    rows = pictures(train)
    assert [len(row) for row in rows] == [4] * 4
    assert len({picture for row in rows for picture in row}) == 16
    labels = [dataset.shown("mine").labels[one.path] for one in preview.chosen(dataset.shown("mine"), 0)]
    assert sorted(labels.count(label) for label in set(labels)) == [2, 2]
    harmless(train)


def test_a_strength_changes_the_copies_and_leaves_the_slices(train: Studio) -> None:
    before = pictures(train)
    after = pictures(put(train, augmentation__rotation=40.0))
    assert [row[0] for row in after] == [row[0] for row in before]
    copies = [
        (new, old)
        for one, two in zip(after, before, strict=True)
        for new, old in list(zip(one, two, strict=True))[1:]
    ]
    assert len(copies) == 12 and all(new != old for new, old in copies)


def test_other_slices_come_at_a_press_and_the_same_ones_stay_without(train: Studio) -> None:
    before = pictures(train)
    train.at.run()
    assert pictures(train) == before
    train.at.button(key="tr-form-other").click().run()
    assert {row[0] for row in pictures(train.sound())} != {row[0] for row in before}


def test_without_strengths_a_copy_is_the_slice_itself(train: Studio) -> None:
    names = ("rotation", "shift", "zoom", "brightness", "contrast", "equalise")
    recipe = recipes.load(changes=[f"augmentation.{name}=0" for name in names])
    square = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    first, *copies = preview.copies(square, "ab" * 32, recipe)
    assert all((copy == first).all() for copy in copies)
    put(train, **{f"augmentation__{name}": 0.0 for name in names})
    assert "Every strength is 0" in train.text


def test_a_slice_that_is_gone_is_said_and_the_others_are_shown(train: Studio) -> None:
    first = preview.chosen(dataset.shown("mine"), 1)[0]
    (settings().var / "data" / "mine" / first.path).unlink()
    train.at.button(key="tr-form-other").click().run()
    assert "can't be read any more" in train.sound().text
    assert sorted(map(len, pictures(train))) == [0, 4, 4, 4]
