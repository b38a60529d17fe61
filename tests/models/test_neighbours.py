"""Which slices a bundle's neighbours are: kept beside them, and refused beside others."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import BundleError, StorageError
from core.models import neighbours
from core.models.bundle import REFERENCE, Bundle, load
from core.models.neighbours import FILE, Neighbour
from core.models.reference import MOST_NEIGHBOURS, Reference, taken
from tests.support.disks import small_disk

COUNT = 40
"""Slices that the tiny bundle's reference was fitted to."""


def learnt(count: int = COUNT) -> list[Neighbour]:
    return [
        Neighbour(f"{number:064x}", "Stone" if number % 2 else "Cyst", f"S{number // 4}", f"P{number // 8}")
        for number in range(count)
    ]


@pytest.fixture
def bundle(copied: Callable[[], Path]) -> Bundle:
    return load(copied())


def test_they_come_back_in_the_order_of_the_reference(bundle: Bundle) -> None:
    odd = Neighbour("f" * 64, 'A "class", with\nlines', "", "Ümlaut <b>", "moved")
    several = [odd, *learnt()[1:]]
    path = neighbours.save(bundle.path, several)
    assert neighbours.read(bundle, COUNT) == tuple(several)
    before = path.read_bytes()
    assert neighbours.save(bundle.path, several).read_bytes() == before
    assert load(bundle.path).digest == bundle.digest, "it isn't part of what is sealed"
    assert not list(bundle.path.glob(".*")), "nothing half written is left"


def test_of_many_slices_those_are_named_whose_features_are_kept(bundle: Bundle) -> None:
    """The same rows as the reference takes: the first, the last, and evenly between."""
    assert taken(3).tolist() == [0, 1, 2]
    assert taken(2 * MOST_NEIGHBOURS - 1).tolist() == list(range(0, 2 * MOST_NEIGHBOURS, 2))
    features = np.random.default_rng(0).normal(size=(2_345, 24)).astype(np.float32)
    reference = Reference.fit(features, 8)
    np.testing.assert_allclose(reference.directions(features[taken(2_345)]), reference.neighbours, atol=1e-6)
    several = learnt(2_345)
    neighbours.save(bundle.path, several)
    found = neighbours.read(bundle, MOST_NEIGHBOURS)
    assert found is not None
    assert [one.slice for one in found] == [several[at].slice for at in taken(2_345)]


def test_a_bundle_from_before_has_none(bundle: Bundle) -> None:
    assert neighbours.read(bundle, COUNT) is None


def test_one_of_another_bundle_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    other = Path(shutil.copytree(bundle.path, tmp_path / "other"))
    with np.load(other / REFERENCE) as arrays:
        np.savez(other / REFERENCE, **{**arrays, "seen": np.ones(1, np.uint64)})
    shutil.move(neighbours.save(other, learnt()), bundle.path / FILE)
    with pytest.raises(BundleError, match=r"belongs to another bundle\. Restore it, or train again"):
        neighbours.read(bundle, COUNT)


def test_more_or_fewer_than_the_reference_has_are_refused(bundle: Bundle) -> None:
    neighbours.save(bundle.path, learnt(COUNT - 1))
    with pytest.raises(BundleError, match=f"names {COUNT - 1} slices, but reference.npz has {COUNT} neigh"):
        neighbours.read(bundle, COUNT)


HEAD = "reference.npz,{digest}\nslice,label,series,group,variant\n"
ROW = "a" * 64 + ",Cyst,S0,P0,plain\n"


NO_TABLES = {
    "cut short": gzip.compress(ROW.encode() * COUNT)[:-20],
    "nothing": gzip.compress(b""),
    "no text": gzip.compress(b"\xff\xfe"),
    "no head": gzip.compress(ROW.encode() * COUNT),
    "another head": gzip.compress((HEAD.replace("slice", "file") + ROW * COUNT).encode()),
    "no digest": gzip.compress((HEAD + ROW.replace("a" * 64, "a" * 63 + "g") * COUNT).encode()),
    "a path": gzip.compress((HEAD + ROW.replace("a" * 64, "../../etc/passwd") * COUNT).encode()),
    "no label": gzip.compress((HEAD + ROW.replace("Cyst", "") * COUNT).encode()),
    "a column less": gzip.compress((HEAD + ROW.replace(",plain", "") * COUNT).encode()),
    "a column more": gzip.compress((HEAD + ROW.replace(",plain", ",plain,more") * COUNT).encode()),
    "an open quote": gzip.compress((HEAD + '"open').encode()),
    "far too large": gzip.compress(b"0" * (64 << 20)),
    "empty": b"",
    "no archive": b"no archive",
}


# by name: what gzip packs holds the second that it was packed in, and workers must agree on a test's name
@pytest.mark.parametrize("content", NO_TABLES.values(), ids=NO_TABLES)
def test_what_is_no_such_table_is_a_sentence(content: bytes, bundle: Bundle) -> None:
    (bundle.path / FILE).write_bytes(content)
    with pytest.raises(BundleError, match=r"neighbours.csv.gz in the model bundle .* can't be read. Restore"):
        neighbours.read(bundle, COUNT)


def test_a_full_disk_is_a_sentence(bundle: Bundle, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        shutil.copy(bundle.path / REFERENCE, disk / REFERENCE)
        free = shutil.disk_usage(disk).free
        (disk / "more").write_bytes(bytes(free))
        with pytest.raises(StorageError, match="The disk is full"):
            neighbours.save(disk, learnt())
        assert not (disk / FILE).exists()
