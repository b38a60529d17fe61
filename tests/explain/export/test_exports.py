"""The picture and the page, opened again; words of any script and length."""

import logging
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pydicom
import pypdfium2
import pytest

from core.config.settings import settings
from core.disclaimer import DISCLAIMER
from core.domain import ModelRef, Placement, Scan
from core.errors import InputError, StorageError
from core.explain.export import dicom, folder, pdf, png
from core.explain.export.lettering import wrapped
from core.explain.export.sheet import LINES, NOTES, Sheet
from core.explain.values import Ask, Explanation, Target
from core.imaging.decode import decode
from tests.support import scans

LIMITS = settings().limits
REF = ModelRef("kidney-4", "7", "cd" * 32)
STONE = Target("Stone", "Cyst")
SAMPLE = settings().assets / "samples" / "synthetic-series-1.dcm"
ODD = ["x" * 5000, "腎臓/слой-ä ﷺ \u202e", "a\nb\tc\x00", "", "<b>&amp;</b> ![x](y) **b**", "w " * 3000]


def a_map(scan: Scan, method: str = "closed-form", peak: float = 2.0, target: Target = STONE) -> Explanation:
    raw = np.full((8, 8), -1, np.float32)
    raw[2, 5] = peak
    place = Placement(0, 0, max(scan.pixels.shape), scan.height, scan.width)
    return Explanation(Ask(method, target), raw, "logit", "features", place, REF, 1, 2.0)


@pytest.fixture(scope="module")
def scan() -> Scan:
    return scans.grey(scans.body(120), "Doe^Jane.png")


@pytest.fixture(scope="module")
def ct() -> Scan:
    (found,) = decode(SAMPLE.read_bytes(), "s.dcm", LIMITS)
    return found


def text(data: bytes) -> list[str]:
    found = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]
    return [" ".join(page.split()) for page in found]


def sheet(scan: Scan, *methods: str, **more: Any) -> Sheet:
    return Sheet(scan, tuple(a_map(scan, one) for one in methods or ("closed-form",)), **more)


class TestPng:
    def test_slice_and_maps_stand_side_by_side(self, scan: Scan) -> None:
        shapes = []
        for methods in (("closed-form",), ("closed-form", "occlusion"), ("closed-form",) * 4):
            picture = cv2.imdecode(np.frombuffer(png.write(sheet(scan, *methods)), np.uint8), 1)
            shapes.append(picture.shape)
            assert picture.shape[1] == png.WIDTH
            assert (picture[0] == 255).all() and (picture[-1] == 255).all()
        assert len({shape[0] for shape in shapes}) == 3

    def test_the_heat_is_where_the_map_has_it(self, scan: Scan) -> None:
        picture = png.draw(sheet(scan, opacity=1.0))
        colourful = np.ptp(picture.astype(int), axis=2) > 60
        _, columns = np.nonzero(colourful[300:1400])
        panel = columns[columns > png.WIDTH // 2]
        assert len(panel) > 1000
        # the peak is at 5.5 / 8 of the map, right of the middle of the second panel
        assert 0.6 < np.median(panel - png.WIDTH / 2 - 18) / 1092 < 0.8

    def test_a_flat_map_shows_no_heat_and_says_so(self, scan: Scan) -> None:
        flat = Sheet(scan, (replace(a_map(scan), raw=np.full((8, 8), -1, np.float32)),))
        picture = png.draw(flat)
        second = picture[300:1200, png.WIDTH // 2 + 40 : -80].astype(int)
        assert np.ptp(second, axis=2).max() < 12
        assert "Flat" in text(pdf.write([flat]))[0]

    def test_the_same_sheet_gives_the_same_bytes(self, scan: Scan) -> None:
        assert png.write(sheet(scan, notes="n")) == png.write(sheet(scan, notes="n"))

    def test_a_name_is_left_out_where_it_could_be_a_persons(self, scan: Scan) -> None:
        with_name, without = png.draw(sheet(scan)), png.draw(sheet(scan), named=False)
        other = png.draw(sheet(replace(scan, name="other.png")), named=False)
        assert len(without) < len(with_name)
        np.testing.assert_array_equal(without, other)

    @pytest.mark.parametrize("words", ODD)
    def test_words_of_any_script_and_length(self, scan: Scan, words: str) -> None:
        odd = Target(words[:200] or "x", None)
        one = Sheet(replace(scan, name=words), (a_map(scan, target=odd),), words, words)
        assert png.draw(one).shape[0] < 12_000
        (first, *more) = text(pdf.write([one]))
        assert DISCLAIMER in first and len(more) < 4

    @pytest.mark.parametrize("shape", [(1, 1), (40, 900), (900, 40)])
    def test_slices_of_any_shape(self, shape: tuple[int, int]) -> None:
        odd = scans.grey(np.full(shape, 90))
        assert png.draw(sheet(odd)).shape[1] == png.WIDTH
        assert len(text(pdf.write([sheet(odd)]))) == 1


def test_lines_fit_and_lose_no_word() -> None:
    words = "one two " * 50 + "y" * 900
    lines = wrapped(words, 20, 300)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert len(lines) > 20


class TestPdf:
    def test_a_page_says_all(self, scan: Scan) -> None:
        said = "Stone, model probability 82 %."
        one = sheet(scan, "closed-form", "occlusion", answer=said, notes="A <i>note</i>")
        trusted = replace(one, trusts={one.maps[0].ask: SimpleNamespace(sentences=("It can be believed.",))})
        (page,) = text(pdf.write([trusted]))
        for words in (
            "Where the model looks: Stone and not Cyst", said, "Occlusion",
            "It can be believed.", "Grad-CAM, closed form", "How far the score drops", "1 is 2 logit",
            "A <i>note</i>", "Model kidney-4, version 7, cdcdcdcdcdcd", DISCLAIMER, "not where disease is",
        ):  # fmt: skip
            assert words in page, words

    def test_a_page_a_slice_and_the_same_bytes(self, scan: Scan) -> None:
        both = [sheet(scan), sheet(scan, "occlusion")]
        data = pdf.write(both)
        assert ["1 / 2" in text(data)[0], "2 / 2" in text(data)[1]] == [True, True]
        assert data == pdf.write(both)
        assert "Doe" not in str(pypdfium2.PdfDocument(data).get_metadata_dict())

    def test_long_notes_go_on_overleaf(self, scan: Scan) -> None:
        notes = " ".join(f"word{number}" for number in range(300))
        pages = text(pdf.write([sheet(scan, *["closed-form"] * 4, notes=notes)]))
        whole = " ".join(pages)
        kept = notes[:NOTES].rsplit(" ", 1)[0].split()
        assert len(pages) == 2 and all(word in whole for word in kept)
        assert all(DISCLAIMER in page for page in pages)

    def test_no_sheets_no_pages(self) -> None:
        with pytest.raises(ValueError, match="sheets"):
            pdf.write([])


class TestSheet:
    def test_notes_are_not_endless(self, scan: Scan) -> None:
        assert len(sheet(scan, notes="a" * 9000).notes) == NOTES
        assert len(sheet(scan, notes="a\n" * 900).notes.splitlines()) == LINES

    def test_maps_of_two_targets_or_models_are_refused(self, scan: Scan) -> None:
        first = a_map(scan)
        for other in (a_map(scan, target=Target("Cyst")), replace(first, model=replace(REF, digest="x"))):
            with pytest.raises(ValueError, match="one target"):
                Sheet(scan, (first, other))
        for count in (0, 5):
            with pytest.raises(ValueError, match="1 to 4"):
                Sheet(scan, (first,) * count)


class TestAgainst:
    """What speaks against the target, as the screen shows it."""

    def test_the_page_says_so_and_leaves_out_what_was_measured_of_the_other_sign(self, scan: Scan) -> None:
        one = sheet(scan, "closed-form", turned=True)
        trusted = replace(one, trusts={one.maps[0].ask: SimpleNamespace(sentences=("It can be believed.",))})
        (page,) = text(pdf.write([trusted]))
        for words in ("What speaks against Stone and not Cyst", "0: nothing against it", "sign turned"):
            assert words in page, words
        assert "believed" not in page and "support" not in page

    def test_the_heat_is_where_the_map_is_below_nothing(self, scan: Scan) -> None:
        raw = np.zeros((8, 8), np.float32)
        raw[2, 1], raw[2, 6] = -2, 2
        pictures = []
        for turned in (False, True):
            one = Sheet(scan, (replace(a_map(scan), raw=raw),), opacity=1.0, turned=turned)
            pictures.append(np.ptp(one.pictures()[0].astype(int), axis=2) > 60)
        half = scan.width // 2
        assert pictures[0][:, half:].any() and not pictures[0][:, :half].any()
        assert pictures[1][:, :half].any() and not pictures[1][:, half:].any()
        assert (png.draw(one) != png.draw(replace(one, turned=False))).any()

    def test_dicom_objects_hold_the_turned_map_and_name_it(self, ct: Scan) -> None:
        one = sheet(ct, turned=True)
        made = dicom.write(one, [("s.dcm", SAMPLE.read_bytes())], LIMITS)
        ((_, data),) = made.maps
        ds = pydicom.dcmread(BytesIO(data))
        np.testing.assert_array_equal(ds.pixel_array, one.maps[0].turned().heatmap().values)
        assert "against Stone and not Cyst" in ds.SeriesDescription
        assert "against Stone and not Cyst" in pydicom.dcmread(BytesIO(made.capture)).DerivationDescription


class TestDicom:
    def test_a_capture_and_a_map_a_method(self, ct: Scan, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        one = sheet(ct, "closed-form", "occlusion", notes="n")
        made = dicom.write(one, [("s.dcm", SAMPLE.read_bytes())], LIMITS)
        with zipfile.ZipFile(BytesIO(made.zipped())) as packed:
            names = packed.namelist()
            opened = [pydicom.dcmread(BytesIO(packed.read(name))) for name in names]
        assert names == ["explanation.dcm", "map-1-closed-form.dcm", "map-2-occlusion.dcm"]
        capture, *heats = opened
        assert (capture.Columns, capture.BurnedInAnnotation) == (dicom.WIDTH, "YES")
        for one_map, ds in zip(one.maps, heats, strict=True):
            np.testing.assert_array_equal(ds.pixel_array, one_map.heatmap().values)
        assert heats[0].SeriesInstanceUID == heats[1].SeriesInstanceUID != capture.SeriesInstanceUID
        assert [int(ds.InstanceNumber) for ds in heats] == [1, 2]
        assert REF.digest in capture.DerivationDescription
        assert made.said == ()
        assert str(capture.StudyInstanceUID) not in caplog.text

    def test_it_is_known_before_what_will_fail(self, ct: Scan, scan: Scan) -> None:
        other = SAMPLE.with_name("synthetic-series-2.dcm").read_bytes()
        for files in ([], [("x", b"")], [("s.dcm", other)]):
            with pytest.raises(InputError, match="Give the file that you dropped"):
                dicom.check(sheet(ct), files, LIMITS)
        assert dicom.check(sheet(ct), [("s.dcm", SAMPLE.read_bytes())], LIMITS) == ()
        (said,) = dicom.check(sheet(scan), [], LIMITS)
        assert "no parametric map" in said
        assert dicom.write(sheet(scan), [], LIMITS).maps == ()


class TestFolder:
    def test_a_name_that_no_other_slice_has(self, scan: Scan) -> None:
        other = replace(scan, digest="e" * 64 + "#2")
        first, second = (folder.stem(one, [a_map(scan, "grad-cam++")]) for one in (scan, other))
        assert first != second and "-2-" in second and "grad-campp" in first
        for odd in ODD:
            stem = folder.stem(replace(scan, name=odd), [a_map(scan, target=Target(odd[:99] or "x"))])
            assert len(stem.encode()) < 230 and "/" not in stem and "\0" not in stem

    def test_names_of_any_script_fit_and_stay_apart(self, scan: Scan, tmp_path: Path) -> None:
        four = ("integrated-gradients", "smooth-grad", "kernel-shap", "score-cam")
        long = replace(scan, name="\U0001d54f腎" * 200 + ".png", digest="e" * 64 + "#9999")
        maps = [
            [
                replace(one, ask=replace(one.ask, layer="層" * 90))
                for one in (a_map(scan, key, target=target) for key in four)
            ]
            for target in (Target("腎" * 90, "a"), Target("腎" * 90, "b"))
        ]
        names = [f"{folder.stem(long, some)}-map.dcm" for some in maps]
        assert len({path.name for path in folder.put(tmp_path, dict.fromkeys(names, b"1"))}) == 2

    def test_whole_files_or_a_sentence(self, tmp_path: Path) -> None:
        assert [path.read_bytes() for path in folder.put(tmp_path / "new" / "er", {"a": b"1"})] == [b"1"]
        assert [path.name for path in (tmp_path / "new" / "er").iterdir()] == ["a"]
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(StorageError, match="--out"):
            folder.put(tmp_path / "file", {"a": b"1"})
