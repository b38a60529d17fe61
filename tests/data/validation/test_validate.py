import json
import math
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.config.settings import Settings
from core.data import catalog, edits
from core.data.catalog import LeftOut, Slice
from core.data.ingest import ingest
from core.data.validation import report
from core.data.validation.report import Report
from core.data.validation.validate import validate
from core.errors import DataError
from tests.support.catalogued import catalogued, picture


def plain(label: str, count: int, **looks: object) -> list[Slice]:
    """Slices that nothing is wrong with, each of a patient of its own."""
    return [picture(f"{label}{number}", label, **looks) for number in range(count)]


def codes(found: Report, level: str) -> list[str]:
    return [one.code for one in found.findings if one.level == level]


def sentence(found: Report, code: str) -> str:
    return next(one.sentence for one in found.findings if one.code == code)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mine"


def test_a_sound_set_is_usable_without_a_word(folder: Path) -> None:
    found = validate(catalogued(folder, plain("Cyst", 4) + plain("Stone", 3)))
    assert (found.verdict, found.usable, found.findings) == ("usable", True, ())
    assert (found.name, found.slices, found.excluded, found.imbalance) == ("mine", 7, 0, 1.33)


def test_what_is_counted_is_counted_right(folder: Path) -> None:
    slices = [
        picture("1", group="P1", series="S1", own_split="train"),
        picture("2", group="P1", series="S1", own_split="test"),
        picture("3", group="P1", series="S2", own_split="test", size=(64, 100), bits=16, format="DICOM"),
        picture("4", group="P2", series="S3", source="b"),
        picture("5", "Stone", group="P2", series="S4", source="b", format="JPEG"),
        picture("6", "Stone", group="P3", series="S4", source="b"),
    ]
    found = validate(catalogued(folder, slices))
    cyst, stone = found.classes
    assert (cyst.label, cyst.slices, cyst.series, cyst.groups) == ("Cyst", 4, 3, 2)
    assert cyst.sources == {"b": 1, "test": 2, "train": 1}
    assert (stone.label, stone.slices, stone.series, stone.groups) == ("Stone", 2, 1, 2)
    assert stone.sources == {"b": 2}
    assert [(one.width, one.height, one.label, one.slices) for one in found.sizes] == [
        (64, 100, "Cyst", 1),
        (100, 80, "Cyst", 3),
        (100, 80, "Stone", 2),
    ]
    assert found.bits == {"8": 5, "16": 1}
    assert found.formats == {"DICOM": 1, "JPEG": 1, "PNG": 4}
    assert codes(found, "note") == ["mixed-bits", "mixed-formats"]
    assert (
        sentence(found, "mixed-bits") == "The slices come in several bit depths: 1 of 16 bits, 5 of 8 bits."
    )


def test_the_report_is_kept_and_the_same_set_gives_the_same_bytes(folder: Path) -> None:
    slices = [*plain("Cyst", 5), picture("x", file="x"), picture("y", "Stone", file="x"), *plain("Stone", 4)]
    catalogued(folder, slices, [(0, 1), (2, 7)], [LeftOut("a/z.png", "It is damaged.")])
    assert report.read(folder) is None
    found = validate(folder)
    first = (folder / "report.json").read_bytes()
    assert report.read(folder) == found
    validate(folder)
    assert (folder / "report.json").read_bytes() == first
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_the_order_of_the_catalogue_changes_nothing(folder: Path, tmp_path: Path) -> None:
    slices = [*plain("Cyst", 3), picture("x", file="x"), picture("y", "Stone", file="x"), *plain("Stone", 3)]
    validate(catalogued(folder, slices, [(0, 6), (1, 2)]))
    last = len(slices) - 1
    turned = catalogued(tmp_path / "turned" / "mine", slices[::-1], [(last - 6, last), (last - 2, last - 1)])
    validate(turned)
    assert (turned / "report.json").read_bytes() == (folder / "report.json").read_bytes()


def test_one_class_is_not_usable(folder: Path) -> None:
    found = validate(catalogued(folder, plain("Cyst", 5)))
    assert (found.usable, found.verdict) == (False, "not usable: one class only")
    assert codes(found, "warning") == ["empty-class"]
    assert "Stone has no slice left" in sentence(found, "empty-class")


def test_no_slices_are_not_usable(folder: Path) -> None:
    found = validate(catalogued(folder, []))
    assert (found.usable, found.verdict, found.imbalance) == (False, "not usable: no slices", 1.0)
    assert [one.slices for one in found.classes] == [0, 0]


def test_one_picture_per_class_is_not_usable_and_says_so_for_each(folder: Path) -> None:
    found = validate(catalogued(folder, [picture("1"), picture("2", "Stone")]))
    assert found.verdict == "not usable: a class of one slice"
    assert codes(found, "problem") == ["one-slice", "one-slice"]
    assert sentence(found, "one-slice").startswith("Cyst has one slice")


def test_slices_that_are_no_ct_are_named(folder: Path) -> None:
    bad = picture("odd", flaw="The picture has colour.")
    found = validate(catalogued(folder, [bad, *plain("Cyst", 3), *plain("Stone", 4)]))
    assert [(one.path, one.sentence) for one in found.flawed] == [(bad.path, "The picture has colour.")]
    assert found.findings[0].paths == (bad.path,)
    assert (found.verdict, codes(found, "warning")) == ("usable: 1 warning", ["not-ct"])


def test_nothing_but_flawed_pictures_is_not_usable(folder: Path) -> None:
    slices = plain("Cyst", 3, flaw="Blank.") + plain("Stone", 3, flaw="Blank.")
    found = validate(catalogued(folder, slices))
    assert (found.verdict, len(found.flawed)) == ("not usable: no CT slice among them", 6)


def test_files_that_could_not_be_read_are_named(folder: Path) -> None:
    left = [LeftOut("a/b.png", "It can't be decoded."), LeftOut("a/a.png", "It is empty.")]
    found = validate(catalogued(folder, plain("Cyst", 3) + plain("Stone", 3), left_out=left))
    assert [one.path for one in found.left_out] == ["a/a.png", "a/b.png"]
    assert sentence(found, "left-out") == "2 files could not be used. The first, a/a.png: It is empty."


def test_a_label_conflict_is_a_warning_until_somebody_settles_it(folder: Path) -> None:
    one, other = picture("l4.jpg", file="x"), picture("sq2.jpg", "Stone", file="x")
    catalogued(folder, [one, *plain("Cyst", 3), other, *plain("Stone", 3)])
    found = validate(folder)
    assert [pair.paths for pair in found.conflicts] == [(one.path, other.path)]
    assert sentence(found, "conflict").startswith(
        "1 picture is in several classes at once, such as l4.jpg in Cyst and sq2.jpg in Stone."
    )
    edits.relabel(folder, other.path, "Cyst")
    settled = validate(folder)
    assert (settled.conflicts, settled.verdict, settled.copies) == ((), "usable", 1)
    assert [one.slices for one in settled.classes] == [5, 3]


def test_excluded_slices_count_for_nothing_and_leave_twins_right(folder: Path) -> None:
    slices = [*plain("Cyst", 4), *plain("Stone", 4)]
    catalogued(folder, slices, [(0, 1), (2, 3), (3, 4)])
    edits.exclude(folder, slices[0].path)
    edits.exclude(folder, slices[3].path)
    found = validate(folder)
    assert (found.slices, found.excluded, found.near_pairs) == (6, 2, 0)
    edits.undo(folder, slices[0].path)
    found = validate(folder)
    assert [one.paths for one in found.near] == [(slices[0].path, slices[1].path)]


def test_a_folder_that_the_rule_leaves_out_is_excluded(folder: Path) -> None:
    slices = plain("Cyst", 3) + plain("Stone", 3) + plain("Scout", 2)
    found = validate(catalogued(folder, slices, rule={"Cyst": "Cyst", "Stone": "Stone", "Scout": None}))
    assert (found.slices, found.excluded, len(found.classes)) == (6, 2, 2)


def test_splits_that_share_pictures_are_a_warning(folder: Path) -> None:
    train = [picture(f"t{number}", file=f"{number}", own_split="train") for number in range(4)]
    test = [picture(f"e{number}", file=f"{number}", own_split="test") for number in range(2)]
    found = validate(catalogued(folder, [*train, *test, *plain("Stone", 3)], [(2, 5)]))
    assert (found.copies, found.crossing_pictures, found.crossing_exact, found.crossing_near) == (2, 2, 4, 5)
    assert "2 pictures in 4 files byte for byte, and with near-equal ones 5 files" in sentence(
        found, "crossing"
    )
    assert codes(found, "note") == ["exact", "near"]


def test_a_class_five_times_as_large_is_still_no_warning_but_six_times_is(folder: Path) -> None:
    assert validate(catalogued(folder, plain("Cyst", 15) + plain("Stone", 3))).findings == ()
    found = validate(catalogued(folder, plain("Cyst", 18) + plain("Stone", 3)))
    assert (found.imbalance, codes(found, "warning")) == (6.0, ["imbalance"])
    assert "Cyst has 6.0 times as many slices as Stone (18 and 3)" in sentence(found, "imbalance")


def test_a_class_told_by_its_width_is_one_warning(folder: Path) -> None:
    found = validate(catalogued(folder, plain("Cyst", 4) + plain("Stone", 4, size=(300, 80))))
    assert [(one.what, one.balanced_accuracy) for one in found.shifts] == [("aspect", 1.0), ("width", 1.0)]
    assert (found.verdict, codes(found, "warning")) == ("usable: 1 warning", ["shift"])
    assert "aspect ratio (100 %), or width (100 %)" in sentence(found, "shift")


@pytest.mark.parametrize(("width", "told"), [(100, False), (300, True)])
def test_a_class_of_one_patient_is_said_to_be_that(folder: Path, width: int, told: bool) -> None:
    found = validate(catalogued(folder, plain("Cyst", 6, group="P0", size=(width, 80)) + plain("Stone", 6)))
    assert found.shifts == ()
    assert sentence(found, "few-patients").startswith("Cyst seems to be of 1 patient only")
    alone = "Its width alone tells Cyst from the rest here (100 %)"
    assert (alone in sentence(found, "few-patients")) is told


def test_findings_come_worst_first_and_problems_make_the_verdict(folder: Path) -> None:
    slices = [picture("1"), *plain("Stone", 7), picture("f", "Stone", flaw="Blank.", bits=16)]
    found = validate(catalogued(folder, slices))
    assert [one.level for one in found.findings] == ["problem", "warning", "warning", "note"]
    assert found.verdict == "not usable: a class of one slice"


@pytest.mark.parametrize("name", ["slices.csv", "looks.npz", "left_out.csv", "classes.json"])
def test_a_damaged_set_is_a_sentence(folder: Path, name: str) -> None:
    catalogued(folder, plain("Cyst", 2) + plain("Stone", 2))
    (folder / name).write_bytes(b"\0 nonsense")
    with pytest.raises(DataError, match="mine") as caught:
        validate(folder)
    assert not (folder / "report.json").exists()
    assert caught.value.sentence.endswith(".")


def test_a_set_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none"):
        validate(tmp_path / "none")


@pytest.mark.parametrize("text", ["", "{}", "nonsense", '{"name": 1}', "[]", "\0"])
def test_a_damaged_report_is_a_sentence(folder: Path, text: str) -> None:
    validate(catalogued(folder, plain("Cyst", 2) + plain("Stone", 2)))
    (folder / "report.json").write_text(text)
    with pytest.raises(DataError, match="Validate the set again"):
        report.read(folder)


def test_constant_pictures_give_numbers_and_no_nan(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    for label in ("Cyst", "Stone"):
        (raw / label).mkdir(parents=True)
        for number in range(3):
            cv2.imwrite(str(raw / label / f"{number}.png"), np.full((80, 80), 10 * number, np.uint8))
    (raw / "Cyst" / "broken.png").write_bytes(b"no picture")
    found = validate(ingest(raw, "flat", Settings(var=tmp_path / "var")))
    assert found.verdict == "not usable: no CT slice among them"
    assert [one.path for one in found.left_out] == ["raw/Cyst/broken.png"]
    # each grey is there once per class
    assert (found.copies, len(found.conflicts)) == (3, 3)
    assert all(math.isfinite(one) for spread in found.spreads for one in spread.quartiles)
    assert "NaN" not in json.dumps(json.loads((tmp_path / "var/data/flat/report.json").read_text()))


def test_twelve_thousand_slices_take_seconds(folder: Path) -> None:
    rng = np.random.default_rng(0)
    labels = ("Cyst", "Normal", "Stone", "Tumor")
    slices = [
        picture(
            f"{n:05d}",
            labels[n // 20 % 4],
            group=f"P{n // 120}",
            series=f"S{n // 20}",
            mean=round(rng.normal(40, 9), 2),
            size=(512, int(rng.integers(400, 512))),
        )
        for n in range(12_000)
    ]
    neighbours = [(n, n + step) for n in range(11_990) for step in (1, 2, 3)]
    catalogued(folder, slices, neighbours, rule={label: label for label in labels})
    started = time.perf_counter()
    found = validate(folder)
    assert time.perf_counter() - started < 15
    assert (found.slices, found.near_pairs) == (12_000, 35_970)
    assert len(catalog.read(folder)) == 12_000
