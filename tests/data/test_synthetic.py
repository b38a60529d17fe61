"""The drawn slices: Hounsfield units, masks, determinism, series, and the files that ship."""

import itertools
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.config.settings import ROOT, Limits
from core.data.synthetic import LABELS, Organ, draw, series, write_dataset, write_samples
from core.data.synthetic.samples import grey, stamped
from core.errors import DataError
from core.imaging.decode import decode

SHIPPED = ROOT / "assets" / "samples"
SEEDS = range(20, 26)


def _core(mask: np.ndarray, pixels: int = 3) -> np.ndarray:
    """The mask without its rim, where the blur mixes tissues."""
    return cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=pixels).astype(bool)


def _small(drawn) -> np.ndarray:
    return cv2.resize(grey(drawn), (64, 64), interpolation=cv2.INTER_AREA).ravel().astype(float)


@pytest.fixture(scope="module")
def shipped_again(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cyst_is_water(seed):
    drawn = draw("Cyst", seed, grain=False)
    assert drawn.label == "Cyst"
    assert 0 <= drawn.hu[_core(drawn.mask)].mean() <= 20


@pytest.mark.parametrize("seed", SEEDS)
def test_a_stone_is_denser_than_300_and_3_to_14_mm(seed):
    drawn = draw("Stone", seed, grain=False)
    assert drawn.hu[drawn.mask].mean() > 300
    ys, xs = np.nonzero(drawn.mask)
    longest = max(np.ptp(ys), np.ptp(xs)) * drawn.spacing
    assert 2.5 <= longest <= 15


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tumor_is_solid_and_patchy(seed):
    drawn = draw("Tumor", seed, phase="nephrographic", grain=False)
    inside = drawn.hu[_core(drawn.mask)]
    assert 30 <= inside.mean() <= 120
    assert inside.std() > 8
    cyst = draw("Cyst", seed, phase="nephrographic", grain=False)
    assert inside.std() > 3 * cyst.hu[_core(cyst.mask)].std()


@pytest.mark.parametrize("phase, organ, low, high", [
    ("nephrographic", Organ.KIDNEY, 135, 190),
    ("unenhanced", Organ.KIDNEY, 25, 45),
    ("nephrographic", Organ.LIVER, 90, 120),
    ("unenhanced", Organ.LIVER, 50, 70),
    ("unenhanced", Organ.MUSCLE, 30, 62),
    ("nephrographic", Organ.SUBCUTIS, -120, -85),
    ("unenhanced", Organ.FAT, -120, -80),
    ("nephrographic", Organ.AIR, -1024, -980),
])  # fmt: skip
def test_organs_have_their_hounsfield_units(phase, organ, low, high):
    drawn = draw("Normal", 23, phase=phase, grain=False)
    inside = _core(drawn.organs == organ, 2)
    assert inside.sum() > 200
    assert low <= np.median(drawn.hu[inside]) <= high


def test_bone_is_bone_and_its_rim_is_brighter_than_its_marrow():
    drawn = draw("Normal", 23, grain=False)
    bone = drawn.hu[drawn.organs == Organ.BONE]
    assert 130 < np.percentile(bone, 20) < 350
    assert np.percentile(bone, 95) > 400


@pytest.mark.parametrize("seed", SEEDS)
def test_the_patient_lies_supine_with_the_liver_on_the_left_of_the_picture(seed):
    drawn = draw("Normal", seed)

    def middle(organ: Organ) -> tuple[float, float]:
        ys, xs = np.nonzero(drawn.organs == organ)
        return float(ys.mean()), float(xs.mean())

    body = np.nonzero(drawn.organs != Organ.AIR)
    assert middle(Organ.CANAL)[0] > body[0].mean()
    spine = middle(Organ.CANAL)[1]
    assert abs(spine - body[1].mean()) < 6
    assert middle(Organ.LIVER)[1] < spine - 60
    _ys, xs = np.nonzero(drawn.organs == Organ.KIDNEY)
    assert (xs < spine - 25).sum() > 500
    assert (xs > spine + 25).sum() > 500


@pytest.mark.parametrize("label", ["Cyst", "Stone", "Tumor"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_lesion_touches_a_kidney(label, seed):
    drawn = draw(label, seed, grain=False)
    reach = round(8 / drawn.spacing)
    around = cv2.dilate(drawn.mask.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    assert drawn.mask.any()
    assert np.isin(drawn.organs[around], (Organ.KIDNEY, Organ.SINUS)).sum() > 50


@pytest.mark.parametrize("seed", SEEDS)
def test_normal_has_no_lesion(seed):
    drawn = draw("Normal", seed)
    assert drawn.label == "Normal"
    assert not drawn.mask.any()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_body():
    one, two = draw("Tumor", 7), draw("Tumor", 7)
    assert one.hu.tobytes() == two.hu.tobytes()
    assert one.mask.tobytes() == two.mask.tobytes()
    other = draw("Tumor", 8)
    assert np.mean(other.organs != one.organs) > 0.05


def test_the_lesion_is_all_that_differs_between_the_classes_of_one_body():
    plain, cyst = draw("Normal", 21), draw("Cyst", 21)
    near = cv2.dilate(cyst.mask.astype(np.uint8), np.ones((31, 31), np.uint8)) > 0
    assert np.array_equal(plain.hu[~near], cyst.hu[~near])


def test_noise_is_8_to_15_hounsfield_units_and_correlated():
    drawn, clean = draw("Normal", 24), draw("Normal", 24, grain=False)
    patch = (drawn.hu - clean.hu)[200:312, 200:312]
    assert 6 <= patch.std() <= 16
    along = np.corrcoef(patch[:, :-1].ravel(), patch[:, 1:].ravel())[0, 1]
    assert 0.05 < along < 0.9


def test_neighbours_of_a_series_are_alike_and_people_are_not():
    slices = series("Cyst", 31, 6, step=2.0, size=256)
    people = [draw("Cyst", seed, size=256) for seed in range(31, 37)]
    neighbours = [np.corrcoef(_small(a), _small(b))[0, 1] for a, b in itertools.pairwise(slices)]
    strangers = [np.corrcoef(_small(a), _small(b))[0, 1] for a, b in itertools.pairwise(people)]
    assert min(neighbours) > 0.95
    assert np.mean(strangers) < np.mean(neighbours) - 0.1


def test_in_a_series_the_lesion_comes_and_goes_and_the_label_says_so():
    slices = series("Cyst", 31, 9, step=10.0, size=128)
    areas = [int(drawn.mask.sum()) for drawn in slices]
    assert areas[0] == areas[-1] == 0
    assert max(areas) == areas[4] > 0
    assert [drawn.label for drawn in slices] == ["Cyst" if area else "Normal" for area in areas]


@pytest.mark.parametrize("size", [128, 512])
def test_the_word_synthetic_stands_in_the_corner_over_air(size):
    drawn = draw("Normal", 25, size=size)
    picture = grey(drawn)
    changed = stamped(picture) != picture
    assert changed.sum() > size / 8
    ys, xs = np.nonzero(changed)
    assert ys.max() < size * 0.08
    assert xs.max() < size * 0.25
    assert (drawn.organs[changed] == Organ.AIR).all()


@pytest.mark.parametrize("arguments", [
    {"label": "Abscess", "seed": 1}, {"label": "Cyst", "seed": -1},
    {"label": "Cyst", "seed": 1, "size": 20}, {"label": "Cyst", "seed": 1, "z": 500.0},
])  # fmt: skip
def test_what_cannot_be_drawn_is_said(arguments):
    with pytest.raises(DataError, match=r"choose one of|a seed is at least 0"):
        draw(**arguments)
    with pytest.raises(DataError, match="1 to 60"):
        series("Cyst", 1, 0)


def test_a_data_set_has_its_class_in_every_slice_and_decodes(tmp_path):
    files = write_dataset(tmp_path, 5, 3, size=128)
    assert [path.name for path in files[:5]] == [f"Cyst- ({n}).png" for n in range(1, 6)]
    assert {path.parent.name for path in files} == set(LABELS)
    assert len(files) == 20
    for path in files:
        (scan,) = decode(path.read_bytes(), path.name, Limits())
        assert (scan.width, scan.height) == (128, 128)


def test_the_index_names_every_shipped_file_and_no_other():
    entries = json.loads((SHIPPED / "index.json").read_text(encoding="utf-8"))
    named = {entry["file"] for entry in entries} | {entry["mask"] for entry in entries if "mask" in entry}
    assert named == {path.name for path in SHIPPED.iterdir()} - {"index.json"}
    assert {entry["label"] for entry in entries} == set(LABELS)
    assert all(entry["title"].startswith("Synthetic: ") for entry in entries)
    assert all(
        ("mask" in entry) == (entry["label"] != "Normal") for entry in entries if "series" not in entry
    )
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 1_500_000


def test_the_shipped_files_are_what_the_generator_draws(shipped_again):
    assert (shipped_again / "index.json").read_text() == (SHIPPED / "index.json").read_text()
    for path in sorted(shipped_again.iterdir()):
        if path.suffix == ".json":
            continue
        (ours,) = decode((SHIPPED / path.name).read_bytes(), path.name, Limits())
        (again,) = decode(path.read_bytes(), path.name, Limits())
        # Another processor may round the last bit of a float differently: one grey or one HU.
        off = np.abs(ours.pixels.astype(float) - again.pixels.astype(float))
        assert off.max() <= 1
        assert (off > 0).mean() < 0.001


def test_the_shipped_series_is_one_series_in_hounsfield_units(shipped_again):
    scans = [
        decode(path.read_bytes(), path.name, Limits())[0] for path in sorted(shipped_again.glob("*.dcm"))
    ]
    assert len({scan.series for scan in scans}) == 1
    assert scans[0].series is not None
    assert len({scan.position for scan in scans}) == len(scans)
    for scan in scans:
        assert scan.unit == "HU"
        assert scan.pixels.min() < -900
        assert scan.pixels.max() > 400
