import random
import resource
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.config.settings import MB, Limits
from core.domain import Scan
from core.imaging.intake import Refused, order, slices
from tests.imaging.conftest import PYDICOM_FILES, dicom, saved
from tests.imaging.test_archive import packed


@pytest.fixture
def picture(ct_slice: np.ndarray) -> bytes:
    return encoded(ct_slice, "PNG")


def encoded(grey: np.ndarray, kind: str) -> bytes:
    stream = BytesIO()
    Image.fromarray(grey).save(stream, kind)
    return stream.getvalue()


def test_a_batch_loses_nothing_but_what_is_bad(picture: bytes, limits: Limits) -> None:
    files = [
        ("a.png", picture),
        ("empty.png", b""),
        ("notes.jpg", b"just some notes"),
        ("cut.png", picture[:-40]),
        ("more.zip", packed(("in.png", picture), ("../out.png", picture), ("bad.dcm", b"no"))),
        ("z.png", picture),
    ]
    found = [(item.name, isinstance(item, Scan)) for item in slices(files, limits)]
    assert found == [
        ("a.png", True), ("empty.png", False), ("notes.jpg", False), ("cut.png", False),
        ("in.png", True), ("out.png", False), ("bad.dcm", False), ("z.png", True),
    ]  # fmt: skip


def test_ten_thousand_files_stop_at_the_cap(picture: bytes) -> None:
    taken = []

    def files():
        for number in range(10_000):
            taken.append(number)
            yield f"{number}.png", b""

    items = list(slices(files(), Limits(batch_files=50)))
    assert len(items) == 51 and items[-1].code == "too-many-files" and len(taken) == 51


def test_bytes_of_the_whole_batch_are_capped(picture: bytes) -> None:
    items = list(slices([("a", picture)] * 5, Limits(batch_bytes=3 * len(picture))))
    assert [isinstance(item, Scan) for item in items] == [True, True, True, False]


def test_a_series_is_ordered_by_position_and_pictures_by_number(limits: Limits, picture: bytes) -> None:
    stored = np.full((8, 8), 1024, np.int16)
    axes = {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
    files = [
        (f"x{z}", saved(dicom(stored, SeriesInstanceUID=uid, ImagePositionPatient=[0, 0, z], **axes)))
        for uid, z in (("1.2.1", 20), ("1.2.2", 7), ("1.2.1", -5), ("1.2.1", 3))
    ]
    files += [("slice (10).png", picture), ("slice (9).png", picture)]
    scans = [item for item in slices(files, limits) if isinstance(item, Scan)]
    assert [scan.name for scan in order(scans)] == [
        "x-5",
        "x3",
        "x20",
        "x7",
        "slice (9).png",
        "slice (10).png",
    ]


def test_order_survives_any_name() -> None:
    grey = np.zeros((2, 2), np.uint8)
    names = ["1", "a", "", "\u00b2", "1a", "a1", "9" * 80]
    assert len(order([Scan(grey, "grey", name, "0", "PNG") for name in names])) == len(names)


def seeds(ct_slice: np.ndarray) -> list[bytes]:
    grey = ct_slice[::3, ::3].copy()
    pictures = [encoded(grey, kind) for kind in ("PNG", "JPEG", "TIFF")]
    wide = encoded(grey.astype(np.uint16) * 257, "TIFF")
    names = [
        "CT_small", "MR_small_RLE", "MR_small_jp2klossless", "MR_small_jpeg_ls_lossless",
        "MR_small_bigendian", "JPEGLSNearLossless_16", "MR_small_implicit", "no_meta_group_length",
    ]  # fmt: skip
    dicoms = [Path(PYDICOM_FILES / f"{name}.dcm").read_bytes() for name in names]
    frames = dicom(np.stack([grey.astype(np.int16)] * 3))
    frames.compress("1.2.840.10008.1.2.5", np.stack([grey.astype(np.int16)] * 3))
    return [*pictures, wide, *dicoms, saved(frames), packed(("a.png", pictures[0]), ("b.dcm", dicoms[0]))]


def mutate(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    kind = rng.random()
    if kind < 0.7:
        reach = len(changed) if rng.random() < 0.6 else min(len(changed), 1500)
        for _ in range(rng.choice([1, 1, 2, 4, 16, 64])):
            changed[rng.randrange(reach)] = rng.choice([0, 255, rng.randrange(256)])
    elif kind < 0.85:
        del changed[rng.randrange(len(changed)) :]
    elif kind < 0.95:
        at = rng.randrange(len(changed))
        del changed[at : at + rng.randrange(1, 64)]
    else:
        at = rng.randrange(len(changed))
        changed[at:at] = rng.randbytes(rng.randrange(1, 64))
    return bytes(changed)


@pytest.mark.filterwarnings("ignore")
def test_3000_mutated_files_give_slices_or_sentences(ct_slice: np.ndarray, limits: Limits) -> None:
    rng, sources = random.Random(20_260), seeds(ct_slice)
    list(slices([("warm", source) for source in sources], limits))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = {Scan: 0, Refused: 0}
    slowest = 0.0
    for number in range(3000):
        data = mutate(sources[number % len(sources)], rng)
        started = time.perf_counter()
        for item in slices([("mutant", data)], limits):
            count[type(item)] += 1
            if isinstance(item, Scan):
                assert item.pixels.ndim == 2 and item.pixels.size <= limits.pixels
                assert np.isfinite(item.pixels).all()
            else:
                assert item.sentence.endswith(".") and "Traceback" not in item.sentence
        slowest = max(slowest, time.perf_counter() - started)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert min(count.values()) > 300, count
    assert slowest < 5, f"one file took {slowest:.1f} s"
    assert grown * MB < 700 * MB, f"memory grew by {grown:.0f} MB"


def test_refused_files_of_zips_count_too() -> None:
    data = packed(*((f"../{number}.png", b"x") for number in range(3)))
    found = list(slices([("one.zip", data), ("two.zip", data)], Limits(batch_files=4)))
    codes = [item.code for item in found if isinstance(item, Refused)]
    assert codes == [*["unsafe-path"] * 4, "too-many-files"]
