import stat
import zipfile
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.config.settings import Settings
from core.data import catalog, manifest, unpack
from core.data.ingest import ingest
from core.errors import DataError
from tests.support.scans import png


def pictures(folder: Path, label: str, count: int, seed: int = 0) -> None:
    """Series of two slices each, numbered as public sets are."""
    (folder / label).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        rng = np.random.default_rng([seed, number // 2, sum(label.encode())])
        picture = cv2.resize(rng.integers(0, 255, (8, 8), np.uint8), (96, 80), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / label / f"{label}- ({number + 1}).png"), picture)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "raw" / "set"
    pictures(folder, "Cyst", 6)
    pictures(folder, "Normal", 6)
    return folder.parent


def packed(source: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(source.rglob("*.png")):
            archive.write(path, path.relative_to(source))
    return target


def test_a_folder_becomes_a_data_set(source: Path, here: Settings) -> None:
    told: list[str] = []
    folder = ingest(source, "mine", here, lambda what, share: told.append(what))
    rows = manifest.read(folder)
    assert folder == here.var / "data" / "mine"
    assert [row.label for row in rows] == ["Cyst"] * 6 + ["Normal"] * 6
    assert (rows[0].width, rows[0].height) == (96, 80)
    assert len({row.series for row in rows}) == 6
    assert all((folder / row.path).is_file() for row in rows)
    assert "grouping" in told


def test_the_manifest_has_the_columns_that_all_else_reads(source: Path, here: Settings) -> None:
    head = (ingest(source, "mine", here) / "manifest.csv").read_text().splitlines()[0]
    assert head == "path,label,sha256,width,height,series,group,plane,source_split,split"


def test_a_zip_gives_what_its_folder_gives(source: Path, here: Settings, tmp_path: Path) -> None:
    plain = manifest.read(ingest(source, "folder", here))
    zipped = manifest.read(ingest(packed(source, tmp_path / "set.zip"), "zip", here))
    assert [(one.sha256, one.label, one.group, one.split) for one in plain] == [
        (one.sha256, one.label, one.group, one.split) for one in zipped
    ]


def test_the_same_zip_again_is_the_same_set_and_another_is_refused(
    source: Path, here: Settings, tmp_path: Path
) -> None:
    one = packed(source, tmp_path / "one.zip")
    assert ingest(one, "mine", here) == ingest(one, "mine", here)
    pictures(source / "set", "Stone", 2)
    other = packed(source, tmp_path / "other.zip")
    with pytest.raises(DataError, match="data set mine already"):
        ingest(other, "mine", here)


def test_the_same_zip_with_another_rule_is_another_set(source: Path, here: Settings, tmp_path: Path) -> None:
    zipped = packed(source, tmp_path / "set.zip")
    rule = {"Cyst": "lesion"}
    folder = ingest(zipped, "mine", here, rule=rule)
    assert ingest(zipped, "mine", here, rule=rule) == folder
    for asked in ({"rule": {"Cyst": "cyst"}}, {"preset": "kidney-4"}, {}):
        with pytest.raises(DataError, match="There is a data set mine already"):
            ingest(zipped, "mine", here, **asked)


def test_what_a_preset_left_out_stays_out_when_more_is_added(
    source: Path, here: Settings, tmp_path: Path
) -> None:
    pictures(source / "set", "Scout", 2)
    folder = ingest(source, "mine", here, preset="kidney-4")
    pictures(tmp_path / "more", "Cyst", 4, seed=1)
    pictures(tmp_path / "more", "Stone", 4, seed=1)
    ingest(tmp_path / "more", "mine", here, add=True)
    assert Counter(row.label for row in manifest.read(folder)) == {"Cyst": 10, "Normal": 6, "Stone": 4}
    assert len(catalog.read_left_out(folder)) == 2


def test_a_rule_that_is_asked_for_counts_for_what_is_there_too(
    source: Path, here: Settings, tmp_path: Path
) -> None:
    folder = ingest(source, "mine", here)
    pictures(tmp_path / "more", "Cyst", 4, seed=1)
    pictures(tmp_path / "more", "Stone", 4, seed=1)
    ingest(tmp_path / "more", "mine", here, add=True, rule={"cy*": "lesion"})
    assert Counter(row.label for row in manifest.read(folder)) == {"lesion": 10, "Normal": 6, "Stone": 4}


def numbered(folder: Path, patient: int) -> None:
    """Ten slices that correlate at 0.9 with those of any other patient."""
    folder.mkdir(parents=True)
    shared, own = (np.random.default_rng(seed).normal(0, 40, (16, 16)) for seed in (1000, patient))
    drawn = cv2.resize(0.95 * shared + 0.31 * own, (128, 128), interpolation=cv2.INTER_NEAREST)
    for step in range(10):
        (folder / f"{step + 1}.png").write_bytes(png(np.clip(drawn + 110 + step, 0, 255).astype(np.uint8)))


def test_numbers_begin_anew_in_each_folder_of_a_patient(here: Settings, tmp_path: Path) -> None:
    for row, label in enumerate(("Cyst", "Normal")):
        for patient in range(3):
            numbered(tmp_path / "raw" / "train" / label / f"case {patient}", 10 * row + patient)
    rows = manifest.read(ingest(tmp_path / "raw", "mine", here))
    folders = {(row.label, Path(row.path).parent.name, row.series, row.group) for row in rows}
    assert len(rows) == 60
    assert len(folders) == len({one[2] for one in folders}) == len({one[3] for one in folders}) == 6


def test_the_series_below_one_folder_are_one_patients(here: Settings, tmp_path: Path) -> None:
    for row, label in enumerate(("Cyst", "Normal")):
        for patient in range(3):
            for scan in range(2):
                place = tmp_path / "raw" / label / f"case {patient}" / f"scan {scan}"
                numbered(place, 100 * row + 10 * patient + scan)
    rows = manifest.read(ingest(tmp_path / "raw", "mine", here))
    assert len({row.series for row in rows}) == 12
    assert len({(row.label, Path(row.path).parents[1].name, row.group) for row in rows}) == 6


def test_several_sources_stay_told_apart_and_share_patients(
    source: Path, here: Settings, tmp_path: Path
) -> None:
    first = packed(source, tmp_path / "first.zip")
    second = packed(source, tmp_path / "second.zip")
    rows = manifest.read(ingest([first, second], "both", here))
    assert {row.source_split for row in rows} == {"first", "second"}
    by_picture: dict[str, set[str]] = {}
    for row in rows:
        by_picture.setdefault(row.sha256, set()).add(row.group)
    assert all(len(groups) == 1 for groups in by_picture.values())


def test_the_sources_own_split_is_kept_as_a_column(here: Settings, tmp_path: Path) -> None:
    for part in ("Train", "test"):
        for label in ("a", "b"):
            pictures(tmp_path / "raw" / part, label, 6, seed=len(part))
    rows = manifest.read(ingest(tmp_path / "raw", "mine", here))
    assert {row.source_split for row in rows} == {"train", "test"}


def test_a_file_that_is_no_picture_is_left_out(source: Path, here: Settings) -> None:
    (source / "set" / "Cyst" / "Cyst- (99).png").write_bytes(b"nothing like a picture")
    (source / "set" / "Cyst" / "notes.txt").write_text("hello")
    assert len(manifest.read(ingest(source, "mine", here))) == 12


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "a b"])
def test_a_name_that_leads_elsewhere_is_refused(name: str, source: Path, here: Settings) -> None:
    with pytest.raises(DataError, match="can't be a data set's name"):
        ingest(source, name, here)


def test_one_class_is_no_data_set_and_leaves_nothing(here: Settings, tmp_path: Path) -> None:
    pictures(tmp_path / "raw", "Cyst", 6)
    with pytest.raises(DataError, match="at least two folders"):
        ingest(tmp_path / "raw", "mine", here)
    assert [one.name for one in (here.var / "data").iterdir()] == [".mine.lock"]


def test_a_source_that_is_not_there_is_a_sentence(here: Settings, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no folder or zip"):
        ingest(tmp_path / "nowhere.zip", "mine", here)


@pytest.mark.parametrize(
    "name", ["../evil.png", "/evil.png", "a/../../evil.png", "C:/evil.png", "..\\evil.png"]
)
def test_a_zip_that_leads_out_is_refused_whole(name: str, here: Settings, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("a/fine.png", b"x")
        archive.writestr(name, b"x")
    with pytest.raises(DataError, match="leads out of its own folder"):
        ingest(bad, "mine", here)
    assert not list(tmp_path.rglob("*.png"))


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    link = zipfile.ZipInfo("a/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(DataError, match="leads out"):
        unpack.bring(bad, tmp_path / "to")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/big.png", bytes(20_000_000))
    with pytest.raises(DataError, match="more than is allowed"):
        unpack.bring(bad, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_a_damaged_zip_is_a_sentence(source: Path, here: Settings, tmp_path: Path) -> None:
    whole = packed(source, tmp_path / "set.zip")
    whole.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(DataError, match="can't be unpacked"):
        ingest(whole, "mine", here)
    assert [one.name for one in (here.var / "data").iterdir()] == [".mine.lock"]


def test_a_zip_with_damaged_contents_is_a_sentence(source: Path, here: Settings, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/text.png", b"a line that packs well\n" * 200)
    data = bytearray(bad.read_bytes())
    at = data.index(b"a/text.png") + len("a/text.png")
    data[at : at + 8] = b"\xff" * 8
    bad.write_bytes(data)
    with pytest.raises(DataError, match="can't be unpacked"):
        ingest(bad, "mine", here)
    assert [one.name for one in (here.var / "data").iterdir()] == [".mine.lock"]


def test_what_can_not_be_read_is_counted(source: Path, here: Settings) -> None:
    (source / "set" / "Cyst" / "broken.png").write_bytes(b"no picture")
    folder = ingest(source, "mine", here)
    assert len(manifest.read(folder)) == 12
    (left,) = catalog.read_left_out(folder)
    assert left.path == "raw/set/Cyst/broken.png"
    assert "broken.png" in left.sentence


def test_a_damaged_manifest_is_a_sentence(source: Path, here: Settings) -> None:
    folder = ingest(source, "mine", here)
    (folder / "manifest.csv").write_text("path,label\nx,y\n")
    with pytest.raises(DataError, match="manifest of mine is damaged"):
        manifest.read(folder)
    with pytest.raises(DataError, match="There is no data set other"):
        manifest.read(folder.parent / "other")
