"""From Review to a set and on to training: the model sees of a correction what it saw in Review."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
import pytest

from core.config.params import Params
from core.config.settings import Limits, Settings
from core.data import corrections_zip, manifest, pictures
from core.data.ingest import ingest
from core.data.sources import CORRECTIONS
from core.domain import ModelRef, Placement, Prediction, Scan
from core.imaging.decode import decode
from core.imaging.dicom_write import write_ct
from core.imaging.preprocess import PreprocessSpec, model_grey, prepare
from core.inference.batch import Case
from core.inference.corrections import write
from core.models.bundle import load
from core.training import selection
from tests.support.scans import body, hu, png
from tests.support.sets import picture, write_set

LABELS = ("Cyst", "Normal", "Stone", "Tumor")
SPEC = PreprocessSpec()


def case(scan: Scan, label: str | None = "Normal") -> Case:
    answer = Prediction(
        LABELS, (0.1, 0.6, 0.1, 0.2), label, (), (), np.zeros((4, 2, 2), np.float32),
        Placement(0, 0, 1, 1, 1), "features", ModelRef("kidney-4", "3", "d" * 64), MappingProxyType({}),
    )  # fmt: skip
    return Case(scan, answer)


def read(data: bytes, place: Path) -> corrections_zip.Corrections:
    place.write_bytes(data)
    return corrections_zip.read(place, Limits())


def sixteen(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".png", pixels.astype(np.uint16) * 257)[1].tobytes()


def jpeg(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", cv2.applyColorMap(pixels, cv2.COLORMAP_BONE))[1].tobytes()


@pytest.mark.parametrize("made", [png, sixteen, jpeg])
@pytest.mark.parametrize("spec", [SPEC, PreprocessSpec(size=224, clahe_clip=4.0)])
def test_the_model_sees_the_same_square_of_a_picture(made, spec: PreprocessSpec, tmp_path: Path) -> None:
    (scan,) = decode(made(body(seed=3)), "Jane Doe.png", Limits())
    found = read(write([(case(scan), "Cyst")], spec), tmp_path / "c.zip")
    (kept,) = decode(next(iter(found.pictures.values())), "kept.png", Limits())
    np.testing.assert_array_equal(model_grey(kept, spec), model_grey(scan, spec))
    square, placed = prepare(model_grey(scan, spec), spec)
    again, placed_again = prepare(model_grey(kept, spec), spec)
    np.testing.assert_array_equal(square, again)
    assert placed == placed_again
    assert found.slices[0].window is None


def test_and_of_hounsfield_units_under_the_shipped_models_own_preprocessing(
    shipped: Path, tmp_path: Path
) -> None:
    spec = load(shipped).card.preprocess
    write_ct(tmp_path / "a.dcm", body(seed=4).astype(np.float32) * 8 - 1000, 0.8, 3.0, "s", 1)
    (scan,) = decode((tmp_path / "a.dcm").read_bytes(), "Jane Doe.dcm", Limits())
    assert scan.unit == "HU"
    found = read(write([(case(scan), "Stone")], spec), tmp_path / "c.zip")
    (one,), (data,) = found.slices, found.pictures.values()
    (kept,) = decode(data, "kept.png", Limits())
    square, _ = prepare(model_grey(scan, spec), spec)
    np.testing.assert_array_equal(prepare(model_grey(kept, spec), spec)[0], square)
    assert (one.window.center, one.window.width) == (spec.window_center, spec.window_width)
    assert one.source_sha256 == hashlib.sha256((tmp_path / "a.dcm").read_bytes()).hexdigest()


def test_nothing_of_a_person_goes_in_and_all_that_was_said_does(tmp_path: Path) -> None:
    scan = hu(body() - 80.0, "Jane Doe 1950.dcm", patient="ab12", series="cd34", position=7.0)
    data = write([(case(scan), "Tumor"), (case(replace(scan, digest="e" * 64), None), "Tumor")], SPEC)
    found = read(data, tmp_path / "c.zip")
    # the same pixels twice: the later counts
    (one,) = found.slices
    assert (one.label, one.patient, one.source_sha256) == ("Tumor", "ab12", "e" * 64)
    assert one.given.label is None
    assert one.given.probabilities == dict(zip(LABELS, (0.1, 0.6, 0.1, 0.2), strict=True))
    assert (one.given.model.name, one.given.model.version) == ("kidney-4", "3")
    assert b"Jane" not in data
    assert b"cd34" not in data
    with zipfile.ZipFile(tmp_path / "c.zip") as archive:
        assert archive.namelist() == ["corrections.json", one.file]


def test_a_slice_of_several_in_a_file_is_named_by_its_place(tmp_path: Path) -> None:
    scan = replace(hu(body() - 80.0), digest="f" * 64 + "#12")
    (one,) = read(write([(case(scan), "Cyst")], SPEC), tmp_path / "c.zip").slices
    assert one.source_sha256.endswith("f#12")


def test_from_review_to_what_a_training_reads(tmp_path: Path) -> None:
    here = Settings(var=tmp_path / "var")
    raw = write_set(tmp_path / "raw")
    write_ct(raw / "Normal" / "n.dcm", picture(70).astype(np.float32) * 2 - 200, 0.8, 3.0, "s", 1)
    base = ingest(raw, "base", here)
    had = (raw / "Normal" / "n.dcm").read_bytes(), (raw / "Cyst" / "Cyst (1).png").read_bytes()
    files = [*had, png(picture(5000)), sixteen(picture(6000))]
    scans = [decode(data, "slice", here.limits)[0] for data in files]
    said = ["Cyst", "Normal", "Cyst", "Normal"]
    source = tmp_path / "corrections.zip"
    marked = [(case(scan), label) for scan, label in zip(scans, said, strict=True)]
    source.write_bytes(write(marked, SPEC))
    folder = ingest(source, "reviewed", here, base="base")
    before, rows = manifest.read(base), manifest.read(folder)
    assert len(rows) == len(before) + 2
    labels = {row.path: row.label for row in rows}
    assert (labels["images/raw/Normal/n.dcm"], labels["images/raw/Cyst/Cyst (1).png"]) == ("Cyst", "Normal")
    main = selection.primary(rows)
    added = [row for row, mine in zip(rows, main, strict=True) if not mine]
    assert [row.path.split("/")[1] for row in added] == [CORRECTIONS] * 2
    assert {row.label for row in added} == {"Cyst", "Normal"}
    params = Params.model_validate({"training": {"every": 1}, "split": {"folds": 2}})
    folds = selection.folds(selection.select(rows, params), params)
    assert set(folds[~main]) <= {selection.NEVER, 0, 1}
    assert (folds[main] >= 0).all()
    shown = [pictures.grey(folder / row.path, SPEC, here.limits) for row in added]
    expected = [model_grey(scans[at], SPEC) for at in (2, 3)]
    assert all(any(np.array_equal(one, other) for other in expected) for one in shown)
