"""Derived DICOM objects, opened again by pydicom and held against the standard's own tables."""

import hashlib
import logging
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from highdicom._standard_utils import get_iod_module_map, get_module_attribute_map
from pydicom import config
from pydicom.dataset import Dataset
from pydicom.uid import UID, generate_uid

from core.config.settings import Limits, settings
from core.errors import InputError
from core.imaging import dicom_derived, dicom_source
from core.imaging.dicom_derived import About
from core.imaging.dicom_source import Source
from tests.imaging.conftest import dicom, saved
from tests.support.scans import body, png

MODEL = "ab" * 32
ABOUT = About("Grad-CAM: Stone", "Grad-CAM for Stone of the model kidney-4.", MODEL)
NAME = "Doe^Jane"


def placed(**more: Any) -> Dataset:
    """A slice (20, 30) with all that a parametric map needs."""
    ds = dicom(np.arange(600, dtype=np.int16).reshape(20, 30))
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.FrameOfReferenceUID = generate_uid()
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [-10, 5, 21.5], [1, 0, 0, 0, 0, -1]
    ds.PixelSpacing, ds.SliceThickness = [0.75, 0.5], 3
    ds.PatientName, ds.PatientID, ds.PatientSex = NAME, "ID-77", "F"
    ds.PatientBirthDate, ds.StudyDate, ds.StudyTime = "19500102", "20240203", "101112"
    ds.AccessionNumber, ds.StudyID, ds.StudyDescription = "ACC1", "S1", "Abdomen"
    for keyword, value in more.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    return ds


def source(ds: Dataset, frame: str = "") -> Source:
    data = saved(ds)
    return dicom_source.read(data, digest(data) + frame)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def opened(data: bytes) -> Any:
    """A file read the strictest way there is."""
    before = config.settings.reading_validation_mode
    config.settings.reading_validation_mode = config.RAISE
    try:
        ds = pydicom.dcmread(BytesIO(data))
        for element in ds.iterall():
            assert element.value is not element
        return ds
    finally:
        config.settings.reading_validation_mode = before


def lacking(ds: Dataset, iod: str) -> list[str]:
    """Attributes of mandatory modules that the standard wants (types 1 and 2) and the file hasn't."""
    missing = []
    for module in get_iod_module_map()[iod]:
        if module["usage"] != "M":
            continue
        for attribute in get_module_attribute_map()[module["key"]]:
            if attribute["path"] or attribute["type"] not in ("1", "2"):
                continue
            keyword = attribute["keyword"]
            if keyword not in ds or (attribute["type"] == "1" and ds[keyword].is_empty):
                missing.append(keyword)
    return missing


@pytest.fixture(scope="module")
def heat() -> np.ndarray:
    return np.random.default_rng(3).random((20, 30)).astype(np.float32)


class TestParametricMap:
    def test_the_floats_come_back_as_they_were(self, heat: np.ndarray) -> None:
        ds = opened(dicom_derived.parametric_map(heat, 3.5, "logit", ABOUT, source(placed())))
        assert ds.SOPClassUID == "1.2.840.10008.5.1.4.1.1.30"
        np.testing.assert_array_equal(ds.pixel_array, heat)

    def test_it_lies_where_the_slice_lies(self, heat: np.ndarray) -> None:
        origin = placed()
        ds = opened(dicom_derived.parametric_map(heat, 3.5, "logit", ABOUT, source(origin)))
        shared, own = ds.SharedFunctionalGroupsSequence[0], ds.PerFrameFunctionalGroupsSequence[0]
        measures = shared.PixelMeasuresSequence[0]
        assert (list(measures.PixelSpacing), measures.SliceThickness) == ([0.75, 0.5], 3)
        assert "SpacingBetweenSlices" not in measures, "one slice has no neighbour"
        assert shared.PlaneOrientationSequence[0].ImageOrientationPatient == [1, 0, 0, 0, 0, -1]
        assert own.PlanePositionSequence[0].ImagePositionPatient == [-10, 5, 21.5]
        assert ds.FrameOfReferenceUID == origin.FrameOfReferenceUID

    def test_it_is_filed_beside_the_slice_and_names_it(self, heat: np.ndarray) -> None:
        origin = placed()
        ds = opened(dicom_derived.parametric_map(heat, 3.5, "logit", ABOUT, source(origin)))
        for keyword in (
            "StudyInstanceUID", "PatientName", "PatientID", "PatientSex", "PatientBirthDate", "StudyDate",
            "StudyTime", "AccessionNumber", "StudyID", "StudyDescription",
        ):  # fmt: skip
            assert ds[keyword].value == origin[keyword].value, keyword
        assert ds.SeriesInstanceUID != origin.SeriesInstanceUID
        (own,) = ds.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0].SourceImageSequence
        for item in (own, ds.SourceImageSequence[0]):
            assert item.ReferencedSOPClassUID == origin.SOPClassUID
            assert item.ReferencedSOPInstanceUID == origin.SOPInstanceUID
            assert "ReferencedFrameNumber" not in item
        (series,) = ds.ReferencedSeriesSequence
        assert series.SeriesInstanceUID == origin.SeriesInstanceUID
        assert series.ReferencedInstanceSequence[0].ReferencedSOPInstanceUID == origin.SOPInstanceUID

    def test_it_says_what_it_is_and_that_it_is_no_diagnosis(self, heat: np.ndarray) -> None:
        ds = opened(dicom_derived.parametric_map(heat, 3.5, "logit", ABOUT, source(placed())))
        said = ds.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0].DerivationDescription
        assert said == f"{ABOUT.derivation} Research and teaching use only; not for diagnosis."
        assert (ds.SeriesDescription, ds.ContentQualification) == (ABOUT.title, "RESEARCH")
        assert ds.DeviceSerialNumber == MODEL[:16]

    def test_stored_values_mean_heat_and_the_methods_own_unit(self, heat: np.ndarray) -> None:
        ds = opened(dicom_derived.parametric_map(heat, 3.5, "score per grey level", ABOUT, source(placed())))
        relative, own = ds.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence
        for mapping, slope, unit in ((relative, 1.0, "1"), (own, 3.5, "{score per grey level}")):
            assert mapping.RealWorldValueSlope == slope
            assert mapping.RealWorldValueIntercept == 0
            code = mapping.MeasurementUnitsCodeSequence[0]
            assert (code.get("CodeValue") or code.LongCodeValue, code.CodingSchemeDesignator) == (
                unit,
                "UCUM",
            )
            quantity = mapping.QuantityDefinitionSequence[0]
            assert quantity.ConceptCodeSequence[0].CodingSchemeDesignator == "99KCS"

    def test_a_flat_map_has_no_unit_to_scale_by(self) -> None:
        none = np.zeros((20, 30), np.float32)
        ds = opened(dicom_derived.parametric_map(none, 0.0, "logit", ABOUT, source(placed())))
        assert len(ds.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence) == 1
        assert not ds.pixel_array.any()

    def test_all_that_the_standard_wants_is_there(self, heat: np.ndarray) -> None:
        ds = opened(dicom_derived.parametric_map(heat, 3.5, "logit", ABOUT, source(placed())))
        assert lacking(ds, "parametric-map") == []
        for element in ds.iterall():
            if element.VR == "UI" and element.value:
                assert UID(element.value).is_valid, element

    def test_one_frame_of_many_is_named(self, heat: np.ndarray) -> None:
        many = placed(
            ImagePositionPatient=None, ImageOrientationPatient=None, PixelSpacing=None, SliceThickness=None,
            SOPClassUID="1.2.840.10008.5.1.4.1.1.2.1", NumberOfFrames=2,
        )  # fmt: skip
        many.PixelData *= 2
        shared, first, second = Dataset(), Dataset(), Dataset()
        shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [Dataset()], [Dataset()]
        shared.PixelMeasuresSequence[0].PixelSpacing = [1.5, 1.25]
        shared.PlaneOrientationSequence[0].ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        for groups, z in ((first, 1.0), (second, 6.0)):
            groups.PlanePositionSequence = [Dataset()]
            groups.PlanePositionSequence[0].ImagePositionPatient = [0, 0, z]
        many.SharedFunctionalGroupsSequence = [shared]
        many.PerFrameFunctionalGroupsSequence = [first, second]
        ds = opened(dicom_derived.parametric_map(heat, 1.0, "logit", ABOUT, source(many, "#2")))
        groups = ds.PerFrameFunctionalGroupsSequence[0]
        named = groups.DerivationImageSequence[0].SourceImageSequence[0]
        assert (named.ReferencedSOPClassUID, named.ReferencedFrameNumber) == (many.SOPClassUID, 2)
        assert groups.PlanePositionSequence[0].ImagePositionPatient == [0, 0, 6.0]
        measures = ds.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
        assert list(measures.PixelSpacing) == [1.5, 1.25]

    @pytest.mark.parametrize(
        ("keyword", "value"),
        [
            ("FrameOfReferenceUID", None), ("FrameOfReferenceUID", ""), ("ImagePositionPatient", None),
            ("ImageOrientationPatient", None), ("ImageOrientationPatient", [1, 0, 0, 1, 0, 0]),
            ("ImageOrientationPatient", [0, 0, 0, 0, 0, 0]), ("PixelSpacing", None),
        ],
    )  # fmt: skip
    def test_what_lies_nowhere_gets_a_sentence(self, heat: np.ndarray, keyword: str, value: Any) -> None:
        found = source(placed(**{keyword: value}))
        assert keyword in found.gap
        with pytest.raises(InputError, match="Secondary Capture is made instead"):
            dicom_derived.parametric_map(heat, 1.0, "logit", ABOUT, found)

    def test_a_map_of_another_size_is_refused(self) -> None:
        with pytest.raises(InputError, match="different sizes"):
            dicom_derived.parametric_map(np.zeros((30, 20), np.float32), 1.0, "x", ABOUT, source(placed()))


class TestCapture:
    PICTURE = np.random.default_rng(1).integers(0, 256, (40, 60, 3), dtype=np.uint8)

    def test_the_picture_comes_back_beside_its_slice(self) -> None:
        origin = placed()
        ds = opened(dicom_derived.capture(self.PICTURE, ABOUT, source(origin)))
        np.testing.assert_array_equal(ds.pixel_array, self.PICTURE)
        assert ds.SOPClassUID == "1.2.840.10008.5.1.4.1.1.7"
        assert (ds.StudyInstanceUID, ds.PatientName) == (origin.StudyInstanceUID, NAME)
        (item,) = ds.SourceImageSequence
        assert item.ReferencedSOPInstanceUID == origin.SOPInstanceUID
        assert "not for diagnosis" in ds.DerivationDescription
        assert lacking(ds, "secondary-capture-image") == []

    def test_without_a_slice_it_is_a_study_of_nobody(self) -> None:
        first, second = (opened(dicom_derived.capture(self.PICTURE, ABOUT)) for _ in range(2))
        assert not first.PatientName and not first.PatientID
        assert first.StudyInstanceUID != second.StudyInstanceUID
        assert "SourceImageSequence" not in first
        assert lacking(first, "secondary-capture-image") == []

    @pytest.mark.parametrize(
        ("burned", "notes", "said"), [("NO", False, "NO"), ("YES", False, "YES"), ("NO", True, "YES")]
    )
    def test_it_says_whether_words_are_burned_in(self, burned: str, notes: bool, said: str) -> None:
        about = About("t", "d", MODEL, notes=notes)
        data = dicom_derived.capture(self.PICTURE, about, source(placed(BurnedInAnnotation=burned)))
        assert opened(data).BurnedInAnnotation == said

    def test_words_of_any_script_and_length_fit(self) -> None:
        about = About("腎臓 " * 40, "слой\n" * 500, MODEL)
        ds = opened(dicom_derived.capture(self.PICTURE, about, source(placed())))
        assert ds.SeriesDescription.startswith("腎臓") and len(ds.SeriesDescription) <= 64
        assert len(ds.DerivationDescription) <= 1024
        assert ds.DerivationDescription.endswith("not for diagnosis.")


class TestSource:
    def test_another_file_is_refused(self) -> None:
        with pytest.raises(InputError, match="not the file"):
            dicom_source.read(saved(placed()), digest(b"another"))

    def test_it_is_found_among_files_and_in_zips(self, tmp_path: Path) -> None:
        import zipfile

        data = saved(placed())
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("other.txt", "x")
            packed.writestr("in/slice.dcm", data)
        files = [("x.png", png(body())), ("a.zip", path.read_bytes())]
        assert dicom_source.find(files, digest(data) + "#3", Limits()) == data
        with pytest.raises(InputError, match="Give the file that you dropped"):
            dicom_source.find(files, digest(b""), Limits())

    @pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID"])
    def test_what_cannot_be_referred_to_gets_a_sentence(self, keyword: str) -> None:
        with pytest.raises(InputError, match=keyword) as caught:
            source(placed(**{keyword: ""}))
        assert caught.value.code == "no-reference"

    def test_what_the_header_lacks_and_the_file_says_is_taken(self) -> None:
        ds = placed()
        uid, ds.SOPInstanceUID = ds.SOPInstanceUID, ""
        assert source(ds).header.SOPInstanceUID == uid

    @pytest.mark.parametrize(
        "odd",
        [
            {"PatientSex": "X"}, {"PatientBirthDate": "about 1950"}, {"StudyTime": "noon"},
            {"StudyDate": "2024-02-03"}, {"PatientName": None}, {"PatientID": None}, {"PatientAge": "old"},
            {"PatientName": "Доу^Джейн", "SpecificCharacterSet": "ISO_IR 192"},
            {"PatientWeight": None} | {"PatientComments": "x" * 20_000},
            {"SOPClassUID": "1.2.3.4"}, {"AccessionNumber": "x" * 200},
        ],
    )  # fmt: skip
    def test_odd_headers_cost_their_odd_values_only(
        self, odd: dict[str, Any], heat: np.ndarray, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        ds = placed(PatientWeight="70")
        for keyword, value in odd.items():
            if value is None:
                delattr(ds, keyword)
            else:
                ds.add_new(keyword, pydicom.datadict.dictionary_VR(keyword), value)
        found = source(ds)
        made = pydicom.dcmread(BytesIO(dicom_derived.parametric_map(heat, 1.0, "logit", ABOUT, found)))
        np.testing.assert_array_equal(made.pixel_array, heat)
        assert made.StudyInstanceUID == ds.StudyInstanceUID
        if "SOPClassUID" in odd:
            assert made.SourceImageSequence[0].ReferencedSOPClassUID == "1.2.3.4"
        assert pydicom.dcmread(BytesIO(dicom_derived.capture(TestCapture.PICTURE, ABOUT, found)))
        assert not any(secret in caplog.text for secret in (NAME, "ID-77", str(ds.SOPInstanceUID)))

    def test_bytes_that_are_no_dicom_get_a_sentence(self) -> None:
        for data in (b"", b"DICM", b"\0" * 400, saved(placed())[:300], png(body())):
            with pytest.raises(InputError) as caught:
                dicom_source.read(data, digest(data))
            assert caught.value.sentence.endswith(".")


@pytest.mark.filterwarnings("error")
def test_no_warning_quotes_a_name(heat: np.ndarray) -> None:
    found = source(placed(PatientName="JANEDOE", ReferringPhysicianName="HOUSE"))
    for data in (
        dicom_derived.parametric_map(heat, 1.0, "logit", ABOUT, found),
        dicom_derived.capture(TestCapture.PICTURE, ABOUT, found),
    ):
        ds = opened(data)
        assert (ds.PatientName, ds.ReferringPhysicianName) == ("JANEDOE", "HOUSE")


@pytest.mark.filterwarnings("error")
def test_real_slices_of_scanners(real_dicoms: list[tuple[str, bytes]]) -> None:
    done = 0
    for _, data in real_dicoms[:4]:
        try:
            found = dicom_source.read(data, digest(data))
        except InputError as error:
            assert error.code == "no-reference", "anonymised without a study"
            continue
        shape = (int(found.header.Rows), int(found.header.Columns))
        heat = np.random.default_rng(0).random(shape).astype(np.float32)
        ds = opened(dicom_derived.parametric_map(heat, 2.0, "logit", ABOUT, found))
        np.testing.assert_array_equal(ds.pixel_array, heat)
        origin = pydicom.dcmread(BytesIO(data), stop_before_pixels=True)
        assert ds.FrameOfReferenceUID == origin.FrameOfReferenceUID
        assert lacking(ds, "parametric-map") == []
        done += 1
    assert done


def test_our_own_samples() -> None:
    for path in sorted((settings().assets / "samples").glob("*.dcm")):
        data = path.read_bytes()
        found = dicom_source.read(data, digest(data))
        assert not found.gap
        heat = np.zeros((int(found.header.Rows), int(found.header.Columns)), np.float32)
        assert opened(dicom_derived.parametric_map(heat, 0.0, "logit", ABOUT, found)).NumberOfFrames == 1
