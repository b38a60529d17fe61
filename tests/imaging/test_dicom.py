import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    MPEG2MPML,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from core.config.settings import ROOT, Limits
from core.domain import Scan, Window
from core.imaging.decode import decode
from core.imaging.window import render
from tests.imaging.conftest import PYDICOM_FILES, dicom, refusal, saved


@pytest.fixture
def stored() -> np.ndarray:
    """(60, 80) int16 stored values: air 24 (-1000 HU) around water 1024, one bone pixel 2024."""
    values = np.full((60, 80), 24, np.int16)
    values[15:45, 20:60] = 1024
    values[30, 40] = 2024
    return values


def one(data: bytes) -> Scan:
    (scan,) = decode(data, "slice.dcm", Limits())
    return scan


def test_rescale_by_hand(stored: np.ndarray) -> None:
    scan = one(saved(dicom(stored, RescaleSlope=2, RescaleIntercept=-1000)))
    assert scan.unit == "HU" and scan.pixels.dtype == np.float32
    assert (scan.pixels[0, 0], scan.pixels[20, 30], scan.pixels[30, 40]) == (-952, 1048, 3048)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_every_encoding_gives_the_same_hounsfield_units(stored: np.ndarray, syntax: str) -> None:
    ds = dicom(stored)
    plain = one(saved(ds)).pixels
    if syntax == ImplicitVRLittleEndian:
        ds.file_meta.TransferSyntaxUID = syntax
    else:
        ds.compress(syntax, stored)
    assert np.array_equal(one(saved(ds)).pixels, plain)


def test_jpeg_baseline(ct_slice: np.ndarray) -> None:
    import cv2

    ds = dicom(ct_slice, RescaleIntercept=0)
    ds.PixelData = encapsulate([cv2.imencode(".jpg", ct_slice)[1].tobytes()])
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    assert np.abs(one(saved(ds)).pixels - ct_slice).mean() < 3


def test_without_preamble(stored: np.ndarray) -> None:
    data = saved(dicom(stored))
    assert np.array_equal(one(data[132:]).pixels, one(data).pixels)


def test_the_first_of_several_windows(stored: np.ndarray) -> None:
    scan = one(saved(dicom(stored, WindowCenter=[50, 400], WindowWidth=[350, 1800])))
    assert scan.window == Window(50, 350) and not scan.warnings


@pytest.mark.parametrize("width", [0, -400])
def test_a_senseless_window_is_ignored_aloud(stored: np.ndarray, width: float) -> None:
    scan = one(saved(dicom(stored, WindowCenter=40, WindowWidth=width)))
    assert scan.window is None and "window" in scan.warnings[0]


def test_monochrome1_keeps_real_hounsfield_units(stored: np.ndarray) -> None:
    upright = one(saved(dicom(stored)))
    flagged = one(saved(dicom(stored, PhotometricInterpretation="MONOCHROME1")))
    assert np.array_equal(flagged.pixels, upright.pixels), "bone is high, however it is to be drawn"


@pytest.mark.parametrize("about", ["bits", "values"])
def test_monochrome1_with_negative_stored_is_turned_upright(stored: np.ndarray, about: str) -> None:
    values = stored.astype(np.uint16)
    turned = (4095 if about == "bits" else values.max() + values.min()) - values
    ds = dicom(turned.astype(np.uint16), PhotometricInterpretation="MONOCHROME1", BitsStored=12, HighBit=11)
    assert np.array_equal(render(one(saved(ds))), render(one(saved(dicom(values)))))


def test_monochrome1_without_hounsfield_units_is_inverted() -> None:
    ramp = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (64, 1))
    tags = {"Modality": "OT", "RescaleSlope": None, "RescaleIntercept": None}
    shown = [
        one(saved(dicom(ramp, PhotometricInterpretation=kind, **tags))).pixels.astype(int)
        for kind in ("MONOCHROME1", "MONOCHROME2")
    ]
    assert np.array_equal(shown[0], 255 - shown[1]) and shown[1][0, 0] == 0 and shown[1][0, -1] == 255


def test_frames_become_slices_with_their_own_digest(stored: np.ndarray) -> None:
    scans = decode(saved(dicom(np.stack([stored, stored + 5, stored + 9]))), "stack.dcm", Limits())
    assert [float(scan.pixels[0, 0]) for scan in scans] == [-1000, -995, -991]
    assert [scan.digest.split("#")[1] for scan in scans] == ["1", "2", "3"]
    assert len({scan.digest.split("#")[0] for scan in scans}) == 1


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
def test_compressed_frames(stored: np.ndarray, syntax: str) -> None:
    ds = dicom(np.stack([stored, stored + 5]))
    ds.compress(syntax, np.stack([stored, stored + 5]))
    assert [float(s.pixels[0, 0]) for s in decode(saved(ds), "s", Limits())] == [-1000, -995]


def test_functional_groups_of_each_frame(stored: np.ndarray) -> None:
    def group(intercept: int, z: float) -> Dataset:
        item, value, place, view = Dataset(), Dataset(), Dataset(), Dataset()
        value.RescaleSlope, value.RescaleIntercept = 1, intercept
        place.ImagePositionPatient = [0, 0, z]
        view.WindowCenter, view.WindowWidth = 40 + z, 400
        item.PixelValueTransformationSequence, item.PlanePositionSequence = (
            Sequence([value]),
            Sequence([place]),
        )
        item.FrameVOILUTSequence = Sequence([view])
        return item

    shared, axes = Dataset(), Dataset()
    axes.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PlaneOrientationSequence = Sequence([axes])
    ds = dicom(np.stack([stored, stored]), RescaleSlope=None, RescaleIntercept=None)
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    ds.PerFrameFunctionalGroupsSequence = Sequence([group(-1024, 7.5), group(-24, 5)])
    first, second = decode(saved(ds), "enhanced.dcm", Limits())
    assert (first.pixels[0, 0], second.pixels[0, 0]) == (-1000, 0)
    assert (first.position, second.position) == (7.5, 5.0)
    assert (first.window, second.window) == (Window(47.5, 400), Window(45, 400))


def test_position_is_measured_along_the_normal(stored: np.ndarray) -> None:
    # Sagittal: rows run along y, columns along -z, so the normal is (0,1,0) x (0,0,-1) = (-1,0,0).
    tags = {"ImagePositionPatient": [12, 3, 4], "ImageOrientationPatient": [0, 1, 0, 0, 0, -1]}
    assert one(saved(dicom(stored, **tags))).position == -12
    assert one(saved(dicom(stored, InstanceNumber=41))).position == 41


def test_padding_is_air(stored: np.ndarray) -> None:
    stored[:5] = -2000
    scan = one(saved(dicom(stored, PixelPaddingValue=-2000, RescaleIntercept=-1024)))
    assert (scan.pixels[:5] == -1024).all() and scan.pixels[20, 30] == 0


def test_spacing_and_series(stored: np.ndarray) -> None:
    tags = {"PixelSpacing": [0.7, 0.8], "SeriesInstanceUID": "1.2.3.4"}
    first, second = one(saved(dicom(stored, **tags))), one(saved(dicom(stored + 1, **tags)))
    other = one(saved(dicom(stored, SeriesInstanceUID="1.2.3.5")))
    assert first.spacing == (0.7, 0.8)
    assert first.series == second.series != other.series
    assert "1.2.3.4" not in str(first.series)


def test_another_modality_says_so(stored: np.ndarray) -> None:
    scan = one(saved(dicom(stored, Modality="MR", RescaleSlope=None, RescaleIntercept=None)))
    assert scan.unit == "grey" and scan.modality == "MR" and "MR" in scan.warnings[0]


def test_nothing_that_identifies_survives(stored: np.ndarray) -> None:
    secrets = {
        "PatientName": "Doe^Jane", "PatientID": "PID-77123", "PatientBirthDate": "19620304",
        "AccessionNumber": "ACC-9911", "StudyDate": "20240517", "InstitutionName": "Saint Elsewhere",
        "ReferringPhysicianName": "House^Gregory", "StudyInstanceUID": "1.2.840.99.1",
        "SeriesInstanceUID": "1.2.840.99.2",
        "SOPInstanceUID": "1.2.840.99.3", "SeriesDescription": "ABDOMEN JANE",
        "DeviceSerialNumber": "SN-4242",
    }  # fmt: skip
    ds = dicom(stored, **secrets, PixelSpacing=[0.7, 0.7], WindowCenter=40, WindowWidth=400)
    ds.add_new(0x00090010, "LO", "PRIVATE CREATOR")
    ds.add_new(0x00091001, "LO", "Jane's private tag")
    data = saved(ds)
    scan = one(data)
    reachable = pickle.dumps(scan) + repr(scan).encode() + scan.pixels.tobytes()
    for secret in [*secrets.values(), "PRIVATE CREATOR", "private tag"]:
        assert secret.encode() in data, "the file must hold it for the test to mean something"
        assert secret.encode() not in reachable, secret
    fields = {name: getattr(scan, name) for name in Scan.__slots__}
    assert {type(value) for value in fields.values()} <= {
        np.ndarray, str, int, float, tuple, Window, type(None),
    }  # fmt: skip
    assert scan.pixels.base is None, "pixels must not be a view into the file"


def test_pydicom_stays_silent_about_what_the_header_holds(stored: np.ndarray, tmp_path: Path) -> None:
    data = saved(dicom(stored, PatientName="Doe^Jane"))
    data = data.replace(b"1.2.840.10008.5.1.4.1.1.2\0", b"Doe^Jane is no valid UID  ")
    (tmp_path / "slice.dcm").write_bytes(data)
    script = (
        "import sys, logging; logging.basicConfig(level=0)\n"
        "from pathlib import Path\n"
        "from core.config.settings import Limits\n"
        "from core.imaging.intake import slices\n"
        "data = Path(sys.argv[1]).read_bytes()\n"
        "for cut in (0, 1, 40, 4000): list(slices([('s', data[: len(data) - cut])], Limits()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", script, str(tmp_path / "slice.dcm")],
        capture_output=True, text=True, timeout=60, check=True, cwd=ROOT,
    )  # fmt: skip
    assert "Doe" not in done.stderr and "pydicom" not in done.stderr, done.stderr


# Bad input.


def test_without_pixels(stored: np.ndarray) -> None:
    assert refusal(saved(dicom(stored, PixelData=None))).code == "no-pixels"


def test_unsupported_transfer_syntax(stored: np.ndarray) -> None:
    ds = dicom(stored)
    ds.PixelData = encapsulate([stored.tobytes()])
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = MPEG2MPML
    error = refusal(saved(ds))
    assert error.code == "unsupported-syntax" and "MPEG2" in error.sentence


@pytest.mark.parametrize(
    ("file", "code", "named"),
    [
        ("examples_palette.dcm", "colour-dicom", "PALETTE"),
        ("SC_rgb_rle.dcm", "colour-dicom", "RGB"),
        ("SC_ybr_full_422_uncompressed.dcm", "colour-dicom", "YBR"),
        ("rtplan.dcm", "no-pixels", "without a picture"),
        ("test-SR.dcm", "no-pixels", "without a picture"),
        ("MR_truncated.dcm", "truncated", "cut short"),
        ("liver_1frame.dcm", "unsupported", "1 bits"),
        ("rtdose.dcm", "unsupported", "32 bits"),
        ("image_dfl.dcm", "unsupported-syntax", "deflated"),
        ("JPGExtended.dcm", "unsupported-syntax", "12 bits"),
    ],
)
def test_pydicoms_own_files_that_are_no_ct_slice(file: str, code: str, named: str) -> None:
    error = refusal((PYDICOM_FILES / file).read_bytes(), file)
    assert error.code == code and named in error.sentence


@pytest.mark.parametrize(
    "file",
    [
        "CT_small.dcm", "693_J2KI.dcm", "J2K_pixelrep_mismatch.dcm", "MR_small.dcm", "MR_small_RLE.dcm",
        "MR_small_bigendian.dcm", "MR_small_implicit.dcm", "MR_small_jp2klossless.dcm",
        "MR_small_jpeg_ls_lossless.dcm", "MR_small_padded.dcm", "JPEGLSNearLossless_08.dcm",
        "JPEGLSNearLossless_16.dcm", "JPEG2000.dcm",
    ],
)  # fmt: skip
def test_pydicoms_own_files_agree_with_pydicom(file: str) -> None:
    data = (PYDICOM_FILES / file).read_bytes()
    scan, ds = one(data), pydicom.dcmread(BytesIO(data))
    stored = ds.pixel_array.astype(np.float32)
    if scan.unit == "HU":
        hu = stored * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
        seen = stored != ds.get("PixelPaddingValue", np.nan)
        assert np.array_equal(scan.pixels[seen], hu[seen])
    else:
        assert np.corrcoef(scan.pixels.ravel(), stored.ravel())[0, 1] > 0.99


def test_all_of_one_mr_slices_encodings_are_one_picture() -> None:
    files = [
        "MR_small",
        "MR_small_RLE",
        "MR_small_bigendian",
        "MR_small_jp2klossless",
        "MR_small_jpeg_ls_lossless",
    ]
    pictures = [one((PYDICOM_FILES / f"{file}.dcm").read_bytes()).pixels for file in files]
    assert all(np.array_equal(picture, pictures[0]) for picture in pictures)


@pytest.mark.parametrize("slope", ["nan", "inf", "1e308"])
def test_not_finite_after_rescale(stored: np.ndarray, slope: str) -> None:
    data = saved(dicom(stored, RescaleSlope="1.00000")).replace(b"1.00000 ", slope.ljust(8).encode())
    assert refusal(data).code == "not-finite"


def test_caps_come_before_pixels(stored: np.ndarray) -> None:
    ds = dicom(stored)
    ds.Rows = ds.Columns = 20_000
    error = refusal(saved(ds))
    assert error.code == "too-many-pixels" and "20000 x 20000" in error.sentence
    ds = dicom(stored, NumberOfFrames=2_000_000)
    assert refusal(saved(ds)).code == "too-many-frames"
    ds = dicom(stored)
    ds.Rows = 600
    assert refusal(saved(ds)).code == "truncated"


def test_a_frame_whose_own_header_is_larger_is_not_decoded(stored: np.ndarray) -> None:
    ds = dicom(stored)
    ds.compress(JPEG2000Lossless, stored)
    at = ds.PixelData.find(b"\xff\x4f\xff\x51") + 8
    ds.PixelData = ds.PixelData[:at] + (60_000).to_bytes(4, "big") * 2 + ds.PixelData[at + 8 :]
    assert refusal(saved(ds)).code == "damaged"


@pytest.mark.parametrize("keep", [133, 200, 400, 700])
def test_cut_inside_the_header(stored: np.ndarray, keep: int) -> None:
    assert refusal(saved(dicom(stored))[:keep]).code in ("no-pixels", "damaged", "truncated", "colour-dicom")


@pytest.mark.data
def test_real_slices(real_dicoms: list[tuple[str, bytes]]) -> None:
    scans = [one(data) for _, data in real_dicoms]
    assert len(scans) == 13 and all(scan.pixels.shape == (512, 512) for scan in scans)
    for scan in scans:
        assert scan.unit == "HU" and scan.window is not None and scan.spacing is not None
        assert np.median(scan.pixels[:20, :20]) < -900, "the corner is air"
        assert 0 < np.median(scan.pixels[(scan.pixels > -50) & (scan.pixels < 150)]) < 80, "soft tissue"
    assert len({scan.series for scan in scans}) == 2


def test_lossless_jpeg(stored: np.ndarray, tmp_path: Path) -> None:
    gdcm = pytest.importorskip("gdcm", reason="writing lossless JPEG needs python-gdcm")
    data = saved(dicom(stored))
    (tmp_path / "plain.dcm").write_bytes(data)
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(str(tmp_path / "plain.dcm"))
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer.SetFileName(str(tmp_path / "lossless.dcm"))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    packed = (tmp_path / "lossless.dcm").read_bytes()
    assert b"1.2.840.10008.1.2.4.70" in packed
    assert np.array_equal(one(packed).pixels, one(data).pixels)


def test_a_lossy_frame_under_a_lossless_name_never_reaches_its_decoder(ct_slice: np.ndarray) -> None:
    import cv2

    ds = dicom(ct_slice)
    ds.PixelData = encapsulate([cv2.imencode(".jpg", ct_slice)[1].tobytes()])
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.70"
    assert refusal(saved(ds)).code == "damaged"


def test_threads_share_the_decoders() -> None:
    files = ["CT_small", "MR_small_RLE", "MR_small_jp2klossless", "MR_small_jpeg_ls_lossless"]
    sources = [(PYDICOM_FILES / f"{file}.dcm").read_bytes() for file in files]
    alone = [one(source).pixels for source in sources]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda number: one(sources[number % 4]).pixels, range(120)))
    assert all(np.array_equal(pixels, alone[number % 4]) for number, pixels in enumerate(together))
