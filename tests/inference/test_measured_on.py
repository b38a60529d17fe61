"""Which slices maps are measured on: such as the model knows least, of as many persons as there are."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.data.manifest import Row
from core.errors import DataError
from core.inference.measured_on import chosen
from core.models.bundle import REFERENCE, Bundle, load
from core.models.reference import Reference


def rows(label: str, group: str, count: int) -> list[Row]:
    return [
        Row(name, label, hashlib.sha256(name.encode()).hexdigest(), 9, 9, group, group)
        for name in (f"{label}/{group}-{n:02}.png" for n in range(count))
    ]


def taught(bundle: Bundle, several: list[Row]) -> Bundle:
    """A bundle that has learnt from these."""
    features = np.random.default_rng(0).random((4, 24), dtype=np.float32)
    path = bundle.path / REFERENCE
    with np.load(path) as arrays:
        kernel, bias = arrays["head_kernel"], arrays["head_bias"]
    Reference.fit(features, 2).save(path, kernel, bias, [row.sha256 for row in several])
    return bundle


@pytest.fixture
def bundle(copied: Callable[[], Path]) -> Bundle:
    return load(copied())


def test_patients_it_never_saw_come_first(bundle: Bundle) -> None:
    old, new = rows("Stone", "A", 5), [*rows("Stone", "B", 3), *rows("Cyst", "C", 9)]
    found, standing = chosen([*old, *new], taught(bundle, old[:1]), 4)
    assert standing == "unseen"
    assert [row.group for row in found] == ["B"] * 3 + ["C"] * 4


def test_else_slices_it_did_not_learn_from_and_else_those_it_did(bundle: Bundle) -> None:
    several = [*rows("Stone", "A", 4), *rows("Cyst", "B", 4)]
    found, standing = chosen(several, taught(bundle, several[::2]), 9)
    assert standing == "new" and found and not set(found) & set(several[::2])
    found, standing = chosen(several, taught(bundle, several[:5]), 9)
    assert standing == "learnt" and set(found) == set(several), "no new Stone is left"


def test_each_person_has_a_turn_before_any_has_two(bundle: Bundle) -> None:
    several = [*rows("Stone", "A", 20), *rows("Stone", "B", 2), *rows("Stone", "C", 1)]
    found, _ = chosen(several, taught(bundle, []), 4)
    assert [row.group for row in found[:3]] == ["A", "B", "C"]
    assert found[0] == several[10], "the middle of a series, where the lesion is"
    assert found == chosen(several, bundle, 4)[0]


def test_a_set_without_its_classes_is_refused(bundle: Bundle) -> None:
    several = [replace(row, label="Hernia") for row in rows("Stone", "A", 2)]
    with pytest.raises(DataError, match="none of the model's classes"):
        chosen(several, bundle, 4)
