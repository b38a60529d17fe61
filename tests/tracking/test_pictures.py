from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import pytest

from core.evaluation import curves, report
from core.tracking import pictures

RNG = np.random.default_rng(0)


def measured(classes: int, slices: int) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    labels = [f"class {number}" for number in range(classes)]
    truth = RNG.integers(0, classes, slices)
    powers = np.exp(RNG.normal(size=(slices, classes)) + 2 * np.eye(classes)[truth])
    chances = powers / powers.sum(axis=1, keepdims=True)
    groups = [f"block {one % 5}" for one in range(slices)]
    found = report.split_figures(labels, truth, chances, np.log(chances), groups, folds=5, leaks=True)
    return found, curves.roc(labels, truth, chances)


@pytest.mark.parametrize(("classes", "slices"), [(2, 6), (9, 300)])
def test_every_picture_can_be_drawn_and_is_no_blank(classes: int, slices: int) -> None:
    found = pictures.all_of(*measured(classes, slices))
    assert set(found) == {"confusion.png", "reliability.png", "roc.png"}
    for name, content in found.items():
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None and picture.shape == (576, 576, 3), name
        assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 50
        assert len(content) < 200_000


def test_the_diagonal_is_dark_where_all_is_right() -> None:
    content = pictures.confusion(("a", "b"), [[50, 0], [0, 50]])
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    columns = np.flatnonzero((picture < 100).sum(axis=0) > 200)
    left, right = picture[:, columns[5] : 300], picture[:, 330 : columns[-5]]
    top, bottom = slice(60, 250), slice(330, 500)
    assert left[top].mean() < right[top].mean() - 100
    assert right[bottom].mean() < left[bottom].mean() - 100


def test_a_class_without_a_curve_and_a_split_without_answers_are_no_reason_to_stop() -> None:
    assert pictures.roc({"a": [], "b": []})
    assert pictures.reliability([], 0.0)
    assert pictures.confusion(("a", "b"), [[0, 0], [0, 3]])
