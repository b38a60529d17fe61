"""Archives of marked slices: what is read of a whole one, and what is said of a broken one."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from core.config.settings import Limits, settings
from core.errors import DataError
from core.explain.localisation import localised
from core.explain.localisation.marked import Found, Marked, some
from tests.explain.localisation.packed import WHOLE, body, pack, picture, red
from tests.support.scans import grey

IMAGE, MASK = "tumor-axial/images/k1_100_1.png", "tumor-axial/masks/k1_100_1.jpg"
LABEL = "stone-coronal/labels/a.txt"


def read(folder: Path, files: Mapping[str, bytes], limits: Limits | None = None) -> Found:
    return localised.read(pack(folder, files), limits or Limits())


def test_masks_and_boxes_are_pixels_of_the_slice(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)
    assert not found.left_out
    stone, first, second = found.slices
    assert (stone.source, stone.label, first.source, first.label) == (
        "stone-coronal", "Stone", "tumor-axial", "Tumor",
    )  # fmt: skip
    wanted = np.zeros((96, 120), bool)
    wanted[36:60, 54:66] = True  # 0.375..0.625 of 96 and 0.45..0.55 of 120
    wanted[0:12, 0:12] = True
    assert (stone.mask == wanted).all()
    area = np.zeros((96, 120), bool)
    area[40:56, 32:64] = True
    assert (first.mask != area).mean() < 0.005, "JPEG blurs an edge by a pixel at most"
    assert second.mask.sum() == 8 * 16
    assert first.group == second.group != stone.group, "two slices of one case"


BROKEN: Mapping[str, tuple[Mapping[str, bytes | None], str]] = {
    "no label": ({LABEL: None}, "a.png has neither a mask nor a label file"),
    "no mask": ({MASK: None}, "k1_100_1.png has neither a mask nor a label file"),
    "mask of another size": ({MASK: picture(96, 121, (slice(1, 9), slice(1, 9)))}, "121 x 96 pixels and"),
    "empty mask": ({MASK: picture(96, 120)}, "The mask of k1_100_1.png marks nothing"),
    "traces in a mask": ({MASK: picture(96, 120, (slice(0, 9), slice(0, 9)), 12)}, "marks nothing"),
    "mask of zero bytes": ({MASK: b""}, "k1_100_1.jpg is empty"),
    "mask of words": ({MASK: b"tumour, left kidney"}, "k1_100_1.jpg"),
    "slice that is none": ({IMAGE: b"\xff\xd8\xff\xe0 not a JPEG"}, "k1_100_1.png"),
    "no box": ({LABEL: b"\n \n"}, "a.txt has no box"),
    "empty label": ({LABEL: b""}, "a.txt has no box"),
    "four values": ({LABEL: b"0 0.5 0.5 0.1"}, "has 4 values in line 1"),
    "a polygon": ({LABEL: b"0 0.5 0.5 0.1 0.1\n0 .1 .1 .2 .2 .3 .1"}, "has 7 values in line 2"),
    "a word": ({LABEL: b"stone 0.5 0.5 0.1 0.1"}, "something that is no number in line 1"),
    "a comma": ({LABEL: b"0 0,5 0.5 0.1 0.1"}, "something that is no number in line 1"),
    "nan": ({LABEL: b"0 nan 0.5 0.1 0.1"}, "a box without a size in line 1"),
    "endless": ({LABEL: b"0 0.5 0.5 inf 0.1"}, "a box without a size in line 1"),
    "no width": ({LABEL: b"0 0.5 0.5 0 0.1"}, "a box without a size in line 1"),
    "negative height": ({LABEL: b"0 0.5 0.5 0.1 -0.1"}, "a box without a size in line 1"),
    "outside": ({LABEL: b"0 1.5 0.5 0.1 0.1"}, "a box outside the picture in line 1"),
    "over the edge": ({LABEL: b"0 0.02 0.5 0.1 0.1"}, "a box outside the picture in line 1"),
    "pixels": ({LABEL: b"0 60 48 12 24"}, "a box outside the picture in line 1"),
    "bytes": ({LABEL: b"\xff\xfe0\x00"}, "a.txt is no text"),
    "a picture as label": ({LABEL: body()}, "a.txt is no text"),
    "unknown folder": ({"cyst-axial/images/b.png": body()}, "Of cyst-axial/ it isn't known which class"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_named_and_costs_itself_alone(what: str, tmp_path: Path) -> None:
    changed, said = BROKEN[what]
    files = {name: data for name, data in {**WHOLE, **changed}.items() if data is not None}
    found = read(tmp_path, files)
    assert [said in one.sentence for one in found.left_out] == [True], found.left_out
    assert found.left_out[0].sentence.endswith(".")
    assert len(found.slices) == (3 if what == "unknown folder" else 2)


def test_a_slice_whose_bytes_are_damaged_costs_itself_alone(tmp_path: Path) -> None:
    path = pack(tmp_path, WHOLE)
    data = bytearray(path.read_bytes())
    at = data.index(WHOLE[IMAGE][:16])
    data[at + 60] ^= 0xFF
    path.write_bytes(bytes(data))
    found = localised.read(path, Limits())
    assert len(found.slices) == 2 and "damaged inside its archive" in found.left_out[0].sentence


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"words", b"PK\x05\x06" + bytes(8)])
def test_what_is_no_archive_is_said(data: bytes, tmp_path: Path) -> None:
    (tmp_path / localised.FILE).write_bytes(data)
    with pytest.raises(DataError, match="is no zip archive that can be read"):
        localised.read(tmp_path / localised.FILE, Limits())


def test_where_it_belongs_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"localised-ct.zip is not in .*KCS_SHARED_DATA"):
        localised.read(tmp_path / localised.FILE, Limits())


def test_caps_hold(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="lists 6 files; at most 5"):
        read(tmp_path, WHOLE, Limits(batch_files=5))
    found = read(tmp_path, WHOLE, Limits(file_bytes=300))
    assert not found.slices and any("are read. Make it smaller." in one.sentence for one in found.left_out)


def test_an_empty_archive_holds_nothing(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / localised.FILE, "w"):
        pass
    found = localised.read(tmp_path / localised.FILE, Limits())
    assert (found.slices, found.left_out) == ((), ())


def test_a_mark_has_to_fit_its_slice() -> None:
    scan = grey(np.zeros((8, 9)))
    for mask in (np.zeros((8, 9), bool), np.ones((9, 8), bool), np.ones((8, 9), np.uint8)):
        with pytest.raises(ValueError, match="mask must"):
            Marked(scan, mask, "Stone", "here", "one")  # type: ignore[arg-type]


def test_some_are_taken_evenly_from_each_source(tmp_path: Path) -> None:
    files = dict(WHOLE)
    for number in range(3, 12):
        files[f"tumor-axial/images/k1_{number:03}_1.png"] = body()
        files[f"tumor-axial/masks/k1_{number:03}_1.png"] = red(96, 120, (slice(40, 56), slice(32, 64)))
    slices = read(tmp_path, files).slices
    chosen = some(slices, 3)
    assert [one.source for one in chosen] == ["stone-coronal", *["tumor-axial"] * 3]
    assert chosen[1] is slices[1] and chosen[-1] is slices[-1]
    assert len({one.group for one in chosen}) == 4


def test_the_real_archive_is_whole() -> None:
    path = settings().shared_data / localised.FILE
    if not path.is_file():
        pytest.skip(f"{localised.FILE} is not in {settings().shared_data}")
    found = localised.read(path, Limits())
    assert not found.left_out
    counts = {name: sum(one.source == name for one in found.slices) for name in localised.CLASSES}
    assert counts == {"tumor-axial": 20, "stone-coronal": 120}
    persons = {name: len({one.group for one in found.slices if one.source == name}) for name in counts}
    assert persons["tumor-axial"] == 16 and 60 < persons["stone-coronal"] < 90
