"""A bundle takes its place whole, or leaves what was there."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BundleError, StorageError
from core.imaging.preprocess import PreprocessSpec
from core.models import build, neighbours
from core.models.bundle import Card, Thresholds, load
from core.models.neighbours import Neighbour
from core.models.reference import Reference
from core.training.regression.head import Head
from core.training.sealing import seal
from tests.support.disks import small_disk

pytestmark = pytest.mark.tensorflow
SIZE = 32


@pytest.fixture(scope="module")
def parts() -> tuple[Any, Reference, Head, np.ndarray]:
    """A small network with what is written beside it."""
    model = build.build("simple_cnn", SIZE, 2, 0.0)
    head = Head(*(np.asarray(one, np.float32) for one in model.get_layer(build.LOGITS).get_weights()))
    rng = np.random.default_rng(0)
    seen = rng.normal(size=(12, head.kernel.shape[0])).astype(np.float32)
    squares = rng.integers(0, 256, (2, SIZE, SIZE)).astype(np.uint8)
    return model, Reference.fit(seen, 4), head, squares


def sealed(
    out: Path,
    parts: tuple[Any, Reference, Head, np.ndarray],
    version: str = "1",
    learnt: Sequence[Neighbour] = (),
) -> Path:
    model, known, head, squares = parts
    card = Card(
        name="small",
        version=version,
        created="2026-01-01T00:00:00+00:00",
        labels=("Cyst", "Normal"),
        preprocess=PreprocessSpec(size=SIZE),
        backbone="simple_cnn",
        layer=build.LAYER,
        temperature=1.0,
        thresholds=Thresholds(unsure=0.5, distance=1.0),
        metrics={},
        data={},
        code_revision="",
        files={},
    )
    return seal(out, card, model, known, head, [], squares, learnt).path


def test_a_full_disk_is_said_and_what_was_there_stays(
    parts: tuple[Any, Reference, Head, np.ndarray], tmp_path: Path
) -> None:
    whole = sealed(tmp_path / "model", parts)
    size = sum(one.stat().st_size for one in whole.iterdir())
    with small_disk(tmp_path / "disk", size * 3 // 2048) as disk:
        sealed(disk / "model", parts)
        with pytest.raises(StorageError, match=r"The disk is full: .*disk can't be written"):
            sealed(disk / "model", parts, "2")
        assert load(disk / "model").ref.version == "1"
        assert [one.name for one in disk.iterdir()] == ["model"]


def test_an_earlier_bundle_is_replaced_and_nothing_else(
    parts: tuple[Any, Reference, Head, np.ndarray], tmp_path: Path
) -> None:
    sealed(tmp_path / "model", parts)
    assert load(sealed(tmp_path / "model", parts, "2")).ref.version == "2"
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "letter.txt").write_text("precious")
    with pytest.raises(BundleError, match="is no model bundle, so it isn't replaced"):
        sealed(tmp_path / "docs", parts)
    assert (tmp_path / "docs" / "letter.txt").read_text() == "precious"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["docs", "model"]


def test_it_says_which_slices_its_neighbours_are_outside_of_what_is_sealed(
    parts: tuple[Any, Reference, Head, np.ndarray], tmp_path: Path
) -> None:
    learnt = [Neighbour(f"{number:064x}", "Cyst", "S1", "P1") for number in range(12)]
    made = load(sealed(tmp_path / "model", parts, learnt=learnt))
    assert neighbours.read(made, 12) == tuple(learnt)
    assert neighbours.FILE not in made.card.files
    assert neighbours.read(load(sealed(tmp_path / "model", parts)), 12) is None, "none of the one before"
