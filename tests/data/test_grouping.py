import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.config.settings import Settings, settings
from core.data import catalog, grouping, likeness, manifest
from core.data.grouping import Place
from core.data.ingest import ingest


def body(plane: str, seed: int, step: int = 0) -> np.ndarray:
    """A picture that could be a slice: a lit body with blobs of its own that drift from slice to slice."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((128, 128), np.uint8)
    if plane == "axial":
        cv2.ellipse(picture, (64, 64), (56, 40), 0, 0, 360, 110, cv2.FILLED)
    else:
        picture[:, 30:98] = 110
    lit = picture > 0
    coarse = rng.integers(20, 255, (6, 6), np.uint8)
    picture[lit] = cv2.resize(coarse, (128, 128), interpolation=cv2.INTER_NEAREST)[lit]
    return np.clip(picture.astype(int) + step, 0, 255).astype(np.uint8) if step else picture


def sequence(*runs: tuple[str, int, int]) -> tuple[list[Place], list[likeness.Look]]:
    """Numbered slices of class A: runs of (plane, seed, length)."""
    pictures = [body(plane, seed, step) for plane, seed, length in runs for step in range(length)]
    places = [Place("A", "A- ()", number + 1) for number in range(len(pictures))]
    return places, [likeness.look(picture) for picture in pictures]


def test_a_run_ends_where_neighbours_differ() -> None:
    found = grouping.infer(*sequence(("axial", 1, 5), ("axial", 2, 4)))
    assert found.series == ["S0000"] * 5 + ["S0001"] * 4


def test_a_patient_begins_where_axial_follows_another_plane() -> None:
    found = grouping.infer(*sequence(("axial", 1, 4), ("coronal", 2, 3), ("axial", 3, 4), ("axial", 4, 2)))
    assert found.planes == ["axial"] * 4 + ["coronal"] * 3 + ["axial"] * 6
    assert found.blocks == ["P000"] * 7 + ["P001"] * 6
    assert len(set(found.series)) == 4


def test_a_patient_may_begin_after_a_hole_in_the_numbers() -> None:
    places, looks = sequence(("axial", 1, 3), ("coronal", 2, 3), ("coronal", 3, 3))
    assert set(grouping.infer(places, looks).blocks) == {"P000"}
    near = [replace(one, number=one.number + grouping.HOLE - 1) if one.number > 6 else one for one in places]
    assert set(grouping.infer(near, looks).blocks) == {"P000"}
    far = [replace(one, number=one.number + grouping.HOLE) if one.number > 6 else one for one in places]
    assert grouping.infer(far, looks).blocks == ["P000"] * 6 + ["P001"] * 3


def test_what_stands_in_no_order_tells_nothing_of_what_does() -> None:
    places, looks = sequence(("axial", 1, 3), ("axial", 2, 3), ("coronal", 3, 1))
    assert len(set(grouping.infer(places, looks).blocks)) == 1
    alone = [*places[:-1], replace(places[-1], stem="b", alone=True)]
    assert grouping.infer(alone, looks).blocks == ["P000"] * 3 + ["P001"] * 3 + ["P002"]


def test_what_files_say_of_patients_is_believed() -> None:
    places, looks = sequence(("axial", 1, 3), ("coronal", 2, 3), ("axial", 3, 3), ("coronal", 4, 3))
    said = [replace(one, patient="ab"[row // 3 % 2], series=str(row // 3)) for row, one in enumerate(places)]
    found = grouping.infer(said, looks)
    assert found.blocks == (["P000"] * 3 + ["P001"] * 3) * 2
    assert len(set(found.series)) == 4


def test_a_series_that_its_files_name_is_one_however_its_slices_differ() -> None:
    places, looks = sequence(("axial", 1, 2), ("axial", 2, 2))
    found = grouping.infer([replace(one, series="x") for one in places], looks)
    assert set(found.series) == {"S0000"}
    assert set(found.blocks) == {"P000"}


def test_twins_are_told_in_the_order_of_the_question() -> None:
    looks = [likeness.look(body("axial", seed)) for seed in (1, 2, 3, 2)]
    places = [Place(label, label, 1) for label in "DCBA"]
    assert grouping.infer(places, looks).twins.tolist() == [[1, 3]]


def test_where_planes_never_change_each_series_stands_for_itself() -> None:
    found = grouping.infer(*sequence(("axial", 1, 3), ("axial", 2, 3)))
    assert found.blocks == ["P000"] * 3 + ["P001"] * 3


def test_a_series_that_comes_back_pulls_its_patients_together() -> None:
    found = grouping.infer(*sequence(("axial", 1, 3), ("coronal", 2, 3), ("axial", 3, 3), ("coronal", 2, 3)))
    assert found.series[3:6] == found.series[9:12]
    assert len(set(found.series)) == 3
    assert set(found.blocks) == {"P000"}


def test_another_class_is_another_patient_unless_a_picture_is_shared() -> None:
    looks = [likeness.look(body("axial", seed)) for seed in (1, 2, 3, 1)]
    places = [Place(label, label, 1) for label in "ABCD"]
    found = grouping.infer(places, looks)
    assert found.blocks[0] == found.blocks[3]
    assert len(set(found.blocks)) == 3


def test_the_order_of_the_question_changes_nothing() -> None:
    places, looks = sequence(("axial", 1, 4), ("coronal", 2, 3), ("axial", 3, 4))
    straight = grouping.infer(places, looks)
    mixed = np.random.default_rng(5).permutation(len(places))
    found = grouping.infer([places[i] for i in mixed], [looks[i] for i in mixed])
    assert found.series == [straight.series[i] for i in mixed]
    assert found.blocks == [straight.blocks[i] for i in mixed]


def test_twins_are_found_across_chunks_and_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "_CHUNK", 2)
    looks = [likeness.look(body("axial", seed)) for seed in (1, 2, 3, 1, 2)]
    hashes = np.array([one.hash for one in looks], np.uint64)
    assert sorted(likeness.twins(likeness.units(looks), hashes).tolist()) == [[0, 3], [1, 4]]


def test_a_hash_survives_compression_and_not_another_picture() -> None:
    picture = body("axial", 1)
    packed = cv2.imdecode(
        cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_GRAYSCALE
    )
    same = likeness.look(picture).hash ^ likeness.look(packed).hash
    other = likeness.look(picture).hash ^ likeness.look(body("coronal", 9)).hash
    assert same.bit_count() <= likeness.NEAR < other.bit_count()


def no_pair_is_apart(looks: catalog.Looks, series: np.ndarray) -> bool:
    """No pair with correlation above 0.99 and hashes at most 4 bits apart in two series, row by row."""
    flat = looks.thumbnails.reshape(len(series), -1).astype(np.float32)
    flat = (flat - flat.mean(axis=1, keepdims=True)) / np.maximum(flat.std(axis=1, keepdims=True), 1e-6)
    for row in range(0, len(series), 500):
        alike = flat[row : row + 500] @ flat.T / flat.shape[1] > 0.99
        firsts, seconds = np.nonzero(alike & (series[row : row + 500, None] != series))
        bits = [
            int(looks.hashes[row + a] ^ looks.hashes[b]).bit_count()
            for a, b in zip(firsts, seconds, strict=True)
        ]
        if any(found <= 4 for found in bits):
            return False
    return True


@pytest.mark.data
@pytest.mark.slow
def test_the_public_set_falls_into_its_known_series(tmp_path: Path) -> None:
    shared = settings().shared_data
    zips = [shared / "kidney-ct.zip", shared / "kidney-ct-clahe224.zip"]
    known = shared / "kidney-ct-groups.csv"
    if not all(path.is_file() for path in (*zips, known)):
        pytest.skip(f"the real data sets are not in {shared}")
    from sklearn.metrics import adjusted_rand_score

    rows = manifest.read(ingest(zips, "kidney-4", Settings(var=tmp_path)))
    plain = Counter(row.label for row in rows if row.source_split == "kidney-ct")
    assert plain == {"Cyst": 1216, "Normal": 1910, "Stone": 716, "Tumor": 995}
    assert len(rows) == 7551
    with known.open(newline="") as stream:
        reference = {(one["source"], one["filename"]): one for one in csv.DictReader(stream)}
    sources = {"kidney-ct": "plain", "kidney-ct-clahe224": "clahe224"}
    wanted = [reference[sources[row.source_split], Path(row.path).name] for row in rows]
    assert adjusted_rand_score([one["series_id"] for one in wanted], [row.series for row in rows]) > 0.99
    assert adjusted_rand_score([one["patient_block"] for one in wanted], [row.group for row in rows]) > 0.99
    assert np.mean([one["plane"] == row.plane for one, row in zip(wanted, rows, strict=True)]) > 0.99
    looks = catalog.read_looks(tmp_path / "data" / "kidney-4")
    series = np.array([row.series for row in rows])
    assert (series[looks.twins[:, 0]] == series[looks.twins[:, 1]]).all()
    assert no_pair_is_apart(looks, series)
    blocks = {row.group for row in rows}
    assert len(rows) == len({row.path for row in rows})
    assert all(len({row.split for row in rows if row.group == block}) == 1 for block in blocks)
