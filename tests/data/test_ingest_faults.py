"""What people hand in, and what disks do: each is one sentence, and nothing half-written is listed."""

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest

from core.__main__ import main
from core.config.params import Split
from core.config.settings import ROOT, Settings, settings
from core.data import catalog, cataloguing, classes, edits, manifest, sets, sources, split, unpack
from core.data.ingest import ingest
from core.errors import DataError, StorageError
from core.imaging.dicom_write import write_ct
from tests.support.disks import refuse_writing, small_disk
from tests.support.pictures import contents, members, packed, picture, two_classes, whole, write
from tests.support.scans import body, png


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The place that both the functions and the command line write to."""
    monkeypatch.setenv("KCS_VAR", str(tmp_path / "var"))
    settings.cache_clear()
    yield settings()
    settings.cache_clear()


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """The one sentence that a verb fails with."""

    def call(*args: str) -> str:
        capsys.readouterr()
        assert main(list(args)) == 1
        out, err = capsys.readouterr()
        said = [line for line in err.splitlines() if line.lstrip()[:1] not in tuple("0123456789")]
        assert len(said) == 1, err
        assert out == ""
        assert "Traceback" not in err
        assert "unexpected" not in err
        assert said[0].endswith(".")
        return said[0]

    return call


Refused = Callable[..., str]


def left(folder: Path) -> dict[str, str]:
    return {one.path: one.sentence for one in catalog.read_left_out(folder)}


# What is handed in


def test_a_folder_of_nothing(here: Settings, tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "empty").mkdir()
    assert "no picture was found" in refused("ingest", str(tmp_path / "empty"), "--name", "mine")
    assert "no picture was found" in refused(
        "ingest", str(packed(tmp_path / "empty.zip", [])), "--name", "mine"
    )
    assert sets.names(here) == []


def test_one_class(here: Settings, tmp_path: Path, refused: Refused) -> None:
    write(tmp_path / "raw", "Cyst", 4)
    said = refused("ingest", str(tmp_path / "raw"), "--name", "mine")
    assert said == (
        "mine needs at least two folders of pictures, one for each class; "
        "found 4 readable pictures in 1 (Cyst)."
    )
    assert sets.names(here) == []


def test_a_class_with_one_picture_is_one_all_the_same(here: Settings, tmp_path: Path) -> None:
    write(tmp_path / "raw", "Cyst", 12)
    write(tmp_path / "raw", "Normal", 1)
    rows = manifest.read(ingest(tmp_path / "raw", "mine", here))
    assert [row.label for row in rows].count("Normal") == 1
    assert split.gaps(rows)
    assert main(["validate", "mine"]) == 0
    assert main(["split", "mine", "--set", "split.folds=2"]) == 0


def broken_zip(kind: str, place: Path) -> Path:
    """A zip with one fault."""
    whole_one = packed(place / f"{kind}.zip", members(two_classes(place / "raw")), zipfile.ZIP_DEFLATED)
    data = bytearray(whole_one.read_bytes())
    if kind == "cut short":
        data = data[: len(data) // 2]
    elif kind == "wrong crc":
        data[14] ^= 0xFF  # of the first file, in its own header and in the directory
        data[data.index(b"PK\x01\x02") + 16] ^= 0xFF
    elif kind == "encrypted":
        data[6] |= 1
        data[data.index(b"PK\x01\x02") + 8] |= 1
    elif kind == "no zip":
        data = bytearray(b"<html>not found</html>")
    elif kind == "empty":
        data = bytearray()
    else:
        data[8:10] = b"\x63\x00"
        at = data.index(b"PK\x01\x02")
        data[at + 10 : at + 12] = b"\x63\x00"
    whole_one.write_bytes(data)
    return whole_one


@pytest.mark.parametrize("kind", ["cut short", "wrong crc", "encrypted", "no zip", "empty", "unknown method"])
def test_a_corrupt_zip(kind: str, here: Settings, tmp_path: Path, refused: Refused) -> None:
    said = refused("ingest", str(broken_zip(kind, tmp_path)), "--name", "mine")
    assert said.startswith(f"{kind}.zip can't be unpacked: it is no zip, is damaged or has a password.")
    assert [path.name for path in (here.var / "data").iterdir()] == [".mine.lock"]


def test_zips_with_random_faults_are_sentences(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    known = {"bad-zip", "zip-too-large", "unsafe-zip"}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        sound = packed(tmp_path / "x.zip", [(f"a/{n}.png", bytes(range(99))) for n in range(3)], method)
        data = sound.read_bytes()
        codes = []
        for _ in range(80):
            hurt = np.frombuffer(data, np.uint8).copy()
            hurt[rng.integers(0, len(hurt), 4)] = rng.integers(0, 256, 4)
            sound.write_bytes(hurt.tobytes())
            shutil.rmtree(tmp_path / "to", ignore_errors=True)
            try:
                unpack.bring(sound, tmp_path / "to")
            except DataError as error:
                codes.append(error.code)
        assert set(codes) <= known
        assert len(codes) > 40


@pytest.mark.parametrize("name", ["x" * 300, "nowhere", "a\nb", "n" * 5000])
def test_a_source_that_can_not_be(name: str, here: Settings, tmp_path: Path) -> None:
    for source in (name, str(tmp_path / name), tmp_path / name):
        with pytest.raises(DataError, match="There is no folder or zip at") as raised:
            ingest(source, "mine", here)
        assert len(raised.value.sentence.splitlines()) == 1


@pytest.mark.parametrize("source", ["", " ", [], [""]])
def test_no_source_at_all(source: str | list[str], here: Settings) -> None:
    with pytest.raises(DataError, match="There is nothing to ingest"):
        ingest(source, "mine", here)
    assert sets.names(here) == []


def test_what_is_neither_folder_nor_file(here: Settings, tmp_path: Path, refused: Refused) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    assert "There is no folder or zip at" in refused("ingest", str(tmp_path / "pipe.zip"), "--name", "mine")


# Names


LONG = "g" * 150
NAMES = [
    "with space.png", "ünïcödé 囊肿 🫘.png", "line\nbreak.png", "tab\tand\rreturn.png", 'quote".png',
    "comma,a.png", "a:b.png", "a?b.png", "IMG.png", "img.png", "=1+1.png", "-x.png", "%2e%2e.png",
    "semi;colon.png", "back\\slash.png", "n" * 251 + ".png",
]  # fmt: skip


def named(folder: Path) -> Path:
    """Every name there is, each with its own picture, and names that are no UTF-8."""
    for label in ("Cyst", "Nor,mal \"x\"\nß"):  # fmt: skip
        place = folder / LONG / LONG / label
        place.mkdir(parents=True)
        for number, name in enumerate(NAMES):
            (place / name).write_bytes(png(picture(number, len(label))))
    for number, name in enumerate((b"\xff.png", b"\xfe.png")):
        (folder / LONG / LONG / "Cyst" / os.fsdecode(name)).write_bytes(png(picture(77, number)))
    return folder


def test_a_folder_of_odd_names(here: Settings, tmp_path: Path) -> None:
    folder = ingest(named(tmp_path / "raw"), "mine", here)
    rows = manifest.read(folder)
    assert len(rows) == 2 * len(NAMES) + 2
    assert {row.label for row in rows} == {"Cyst", 'Nor,mal "x"\\nß'}
    assert len({row.sha256 for row in rows}) == len(rows) == len({row.path.casefold() for row in rows})
    assert left(folder) == {}
    assert whole(here) == ["mine"]
    assert all(row.path.isprintable() and not set('\\:*?"<>|') & set(row.path) for row in rows)
    assert all(len(part.encode()) <= 255 for row in rows for part in row.path.split("/"))
    split.split(folder, Split(folds=2))
    assert main(["validate", "mine"]) == 0


def test_a_zip_of_odd_names(here: Settings, tmp_path: Path) -> None:
    labels = ("Cyst", "N" * 300)
    inside = [
        (f"{'w' * 300}/{label}/{name}", png(picture(number, len(label))))
        for label in labels
        for number, name in enumerate(name for name in NAMES if "\\" not in name)
    ]
    rows = manifest.read(ingest(packed(tmp_path / "odd.zip", inside), "mine", here))
    assert len(rows) == len(inside)
    assert {row.label for row in rows} == set(labels)
    assert whole(here) == ["mine"]


def test_class_folders_that_are_no_utf_8(here: Settings, tmp_path: Path) -> None:
    for number, name in enumerate((b"cyst \xff", b"cyst \xfe")):
        place = tmp_path / "raw" / os.fsdecode(name)
        place.mkdir(parents=True)
        (place / "1.png").write_bytes(png(picture(number)))
    folder = ingest(tmp_path / "raw", "mine", here)
    assert {row.label for row in manifest.read(folder)} == {"cyst \\xff", "cyst \\xfe"}
    assert set(classes.read(folder)) == {"cyst \\xff", "cyst \\xfe"}


@pytest.mark.parametrize("name", [b"s\xffet", b"line\nbreak", b".hidden", b"a:b", b"n" * 250])
def test_a_source_of_an_odd_name(name: bytes, here: Settings, tmp_path: Path) -> None:
    folder = ingest(two_classes(tmp_path / os.fsdecode(name)), "mine", here)
    assert len(manifest.read(folder)) == 12
    ingest(two_classes(tmp_path / "more", seed=3), "mine", here, add=True)
    assert len(manifest.read(folder)) == 24
    assert whole(here) == ["mine"]


@pytest.mark.parametrize("name", ["...zip", "..zip.zip", ".zip"])
def test_a_zip_whose_own_name_would_lead_elsewhere(name: str, here: Settings, tmp_path: Path) -> None:
    zipped = packed(tmp_path / name, members(two_classes(tmp_path / "raw")))
    folder = ingest(zipped, "mine", here)
    (source,) = sources.read(folder)
    assert not source.name.startswith(".")
    assert all(
        (folder / "images" / source.name) in (folder / row.path).parents for row in manifest.read(folder)
    )


def test_a_path_longer_than_any_disk_takes_is_left_out(here: Settings, tmp_path: Path) -> None:
    deep = "/".join(["d" * 200] * 25) + "/1.png"
    zipped = packed(tmp_path / "deep.zip", [*members(two_classes(tmp_path / "raw")), (f"Cyst/{deep}", b"x")])
    folder = ingest(zipped, "mine", here)
    assert len(manifest.read(folder)) == 12
    assert left(folder) == {f"deep/Cyst/{deep}": unpack.TOO_LONG}


def test_a_name_twice_in_a_zip(here: Settings, tmp_path: Path) -> None:
    sound = members(two_classes(tmp_path / "raw"))
    other = png(picture(99))
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped = packed(
            tmp_path / "twice.zip", [*sound, ("Cyst/Cyst (1).png", other), ("./Cyst/Cyst (2).png", other)]
        )
    folder = ingest(zipped, "mine", here)
    rows = manifest.read(folder)
    assert {row.sha256 for row in rows} == set(contents(tmp_path / "raw").values())
    assert left(folder) == {f"twice/Cyst/Cyst ({n}).png": unpack.TWICE for n in (1, 2)}
    ingest(two_classes(tmp_path / "more", seed=3), "mine", here, add=True)
    assert left(folder) == {f"twice/Cyst/Cyst ({n}).png": unpack.TWICE for n in (1, 2)}


def test_a_name_that_is_a_file_and_a_folder(here: Settings, tmp_path: Path) -> None:
    sound = members(two_classes(tmp_path / "raw"))
    more = [
        ("Cyst/Cyst (1).png/1.png", png(picture(5))),
        ("Cyst/x.png/1.png", png(picture(6))),
        ("Cyst/x.png", b"x"),
    ]
    folder = ingest(packed(tmp_path / "both.zip", [*sound, *more]), "mine", here)
    assert len(manifest.read(folder)) == 13
    assert left(folder) == {"both/Cyst/Cyst (1).png/1.png": unpack.CLASH, "both/Cyst/x.png": unpack.CLASH}


def test_a_drive_in_a_zip_is_refused_and_a_colon_is_not(
    here: Settings, tmp_path: Path, refused: Refused
) -> None:
    bad = packed(tmp_path / "bad.zip", [("C:/Cyst/1.png", b"x")])
    assert "leads out of its own folder" in refused("ingest", str(bad), "--name", "mine")
    fine = [(f"fig 1: {name}", data) for name, data in members(two_classes(tmp_path / "raw"))]
    rows = manifest.read(ingest(packed(tmp_path / "fine.zip", fine), "mine", here))
    assert {row.label for row in rows} == {"fig 1: Cyst", "fig 1: Normal"}


# Links, and what can't be read


def test_links_are_reported_and_never_read(here: Settings, tmp_path: Path) -> None:
    source = two_classes(tmp_path / "raw")
    secret = two_classes(tmp_path / "outside", seed=9)
    (source / "Cyst" / "link.png").symlink_to(secret / "Cyst" / "Cyst (1).png")
    (source / "Stone").symlink_to(secret / "Normal", target_is_directory=True)
    (source / "Cyst" / "dangling.png").symlink_to(tmp_path / "nowhere.png")
    (source / "Cyst" / "loop").symlink_to(source, target_is_directory=True)
    folder = ingest(source, "mine", here)
    names = ("Cyst/dangling.png", "Cyst/link.png", "Cyst/loop", "Stone")
    assert left(folder) == {f"raw/{name}": unpack.LINK for name in names}
    assert len(manifest.read(folder)) == 12
    assert not set(contents(folder / "images").values()) & set(contents(secret).values())
    ingest(two_classes(tmp_path / "more", seed=3), "mine", here, add=True)
    assert left(folder) == {f"raw/{name}": unpack.LINK for name in names}


def anyone() -> list[str]:
    """How to run something as someone who may not read all."""
    if os.geteuid() != 0:
        return []
    become = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    if not shutil.which("setpriv"):
        pytest.skip("root may read all, and there is no setpriv to be someone else")
    tried = subprocess.run(
        [*become, sys.executable, "-B", "-c", "import core, cv2, typer"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if tried.returncode != 0:
        pytest.skip(f"someone else can't run Python here: {tried.stderr.strip().splitlines()[-1:]}")
    return become


def test_what_may_not_be_read_is_reported(tmp_path: Path) -> None:
    source = two_classes(tmp_path / "raw")
    write(source, "Stone", 2)
    (source / "Stone").chmod(0)
    (source / "Cyst" / "Cyst (1).png").chmod(0)
    var = tmp_path / "var"
    var.mkdir()
    var.chmod(0o777)
    # with several workers each has a folder more above its tests'
    for place in (tmp_path, *(one for one in tmp_path.parents if one.name.startswith(("pytest-", "popen-")))):
        place.chmod(0o755)
    become = anyone()
    done = subprocess.run(
        [*become, sys.executable, "-B", "-m", "core", "ingest", str(source), "--name", "mine"],
        cwd=ROOT, env={**os.environ, "KCS_VAR": str(var)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    (source / "Stone").chmod(0o755)
    assert done.returncode == 0, done.stderr
    folder = sets.folder("mine", Settings(var=var))
    assert left(folder) == {"raw/Stone": unpack.UNREADABLE, "raw/Cyst/Cyst (1).png": unpack.UNREADABLE}
    assert len(manifest.read(folder)) == 11


def test_a_source_may_be_a_link_itself(here: Settings, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(two_classes(tmp_path / "raw"), target_is_directory=True)
    folder = ingest(tmp_path / "link", "mine", here)
    assert len(manifest.read(folder)) == 12
    assert left(folder) == {}


# Disks


def test_a_disk_that_is_full_at_any_point(here: Settings, tmp_path: Path, refused: Refused) -> None:
    zipped = packed(tmp_path / "some.zip", members(two_classes(tmp_path / "raw", 20)))
    full = fits = 0
    for size in (8, 32, 64, 128, 160, 192, 224, 256, 288, 320, 384, 1024):
        with small_disk(here.var, size):
            try:
                ingest(zipped, "mine", here)
                fits += 1
            except StorageError:
                full += 1
                said = refused("ingest", str(zipped), "--name", "mine")
                assert said.startswith(f"The disk is full: {here.var / 'data'}")
                assert said.endswith("can't be written. Free some space and try again.")
                assert [path.name for path in (here.var / "data").iterdir()] == [".mine.lock"]
            assert whole(here) == (["mine"] if fits else [])
    assert full >= 4
    assert fits >= 1


def test_the_command_line_on_a_disk_of_its_own_that_is_full(here: Settings, tmp_path: Path) -> None:
    source = two_classes(tmp_path / "raw", 20)
    here.var.mkdir()
    script = (
        'mount -t tmpfs -o size=100k none "$KCS_VAR" || exit 9; '
        '"$0" -m core ingest "$1" --name mine; code=$?; ls -A "$KCS_VAR/data"; exit $code'
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, sys.executable, str(source)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if done.returncode == 9 or done.stderr.startswith("unshare:"):
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    assert done.returncode == 1, done.stderr
    assert done.stderr.splitlines()[-1].startswith(f"The disk is full: {here.var / 'data'}")
    assert "Traceback" not in done.stderr
    assert done.stdout.split() == [".mine.lock"]


def test_adding_on_a_full_disk_leaves_the_set_as_it_was(here: Settings, tmp_path: Path) -> None:
    more = packed(tmp_path / "more.zip", members(two_classes(tmp_path / "more", 40, seed=2)))
    with small_disk(here.var, 384):
        folder = ingest(two_classes(tmp_path / "raw"), "mine", here)
        before = contents(here.var)
        with pytest.raises(StorageError, match="The disk is full"):
            ingest(more, "mine", here, add=True)
        assert contents(here.var) == before
        (here.var / "filler").write_bytes(bytes(shutil.disk_usage(here.var).free))
        for change in (
            lambda: split.split(folder, Split(seed=4)),
            lambda: edits.exclude(folder, manifest.read(folder)[0].path),
            lambda: classes.write(folder, {"Cyst": "a" * 3000, "Normal": "b" * 9000}),
        ):
            with pytest.raises(StorageError, match="The disk is full"):
                change()
        (here.var / "filler").unlink()
        assert contents(here.var) == before


def test_a_place_that_may_not_be_written_to(here: Settings, tmp_path: Path, refused: Refused) -> None:
    source = str(two_classes(tmp_path / "raw"))
    with small_disk(here.var, 2048):
        folder = ingest(source, "mine", here)
        before = contents(here.var)
        refuse_writing(here.var)
        ending = "can't be written to. Allow it, or name another folder with KCS_VAR."
        for verb in (
            ("ingest", source, "--name", "other"),
            ("ingest", source, "--name", "mine", "--add"),
            ("split", "mine"),
        ):
            assert refused(*verb) == f"{here.var / 'data'} {ending}"
        assert str(folder) in refused("validate", "mine")
        with pytest.raises(StorageError):
            sets.remove("mine", here)
        assert contents(here.var) == before
        assert main(["sets"]) == 0


def test_a_var_that_is_a_file(here: Settings, tmp_path: Path, refused: Refused) -> None:
    here.var.write_text("I was here first")
    said = refused("ingest", str(two_classes(tmp_path / "raw")), "--name", "mine")
    assert said.startswith(f"{here.var / 'data'} can't be used: Not a directory.")


# Adding


def test_what_is_added_joins_and_moves_nothing(here: Settings, tmp_path: Path, refused: Refused) -> None:
    folder = ingest(two_classes(tmp_path / "one", 20), "mine", here)
    old = {row.path: row for row in manifest.read(folder)}
    more = packed(tmp_path / "two.zip", members(two_classes(tmp_path / "two", 14, seed=1)))
    assert main(["ingest", str(more), "--name", "mine", "--add"]) == 0
    rows = {row.path: row for row in manifest.read(folder)}
    assert len(rows) == 68
    assert {path: rows[path].split for path in old} == {path: row.split for path, row in old.items()}
    assert not split.leaks(list(rows.values()))
    assert {row.source_split for row in rows.values()} == {"one", "two"}
    before = contents(folder)
    assert "is in this data set already" in refused("ingest", str(more), "--name", "mine", "--add")
    assert contents(folder) == before


def test_edits_and_the_class_rule_survive_what_is_added(here: Settings, tmp_path: Path) -> None:
    folder = ingest(two_classes(tmp_path / "one"), "mine", here)
    paths = [row.path for row in manifest.read(folder)]
    classes.write(folder, {"Cyst": "lesion", "Normal": "healthy"})
    edits.relabel(folder, paths[0], "healthy")
    edits.exclude(folder, paths[1])
    write(two_classes(tmp_path / "two", seed=1), "Stone", 2, seed=1)
    ingest(tmp_path / "two", "mine", here, add=True)
    assert classes.read(folder) == {"Cyst": "lesion", "Normal": "healthy", "Stone": "Stone"}
    rows = {row.path: row.label for row in manifest.read(folder)}
    assert rows[paths[0]] == "healthy"
    assert paths[1] not in rows
    assert sorted(rows.values()) == ["Stone"] * 2 + ["healthy"] * 13 + ["lesion"] * 10
    edits.undo(folder, paths[1])
    assert len(split.split(folder, Split())) == 26


def test_what_was_told_by_a_rule_is_told_by_it_again(here: Settings, tmp_path: Path) -> None:
    write(tmp_path / "one" / "east", "Cyst left: a", 4)
    write(tmp_path / "one" / "west", "Normal?", 4)
    write(tmp_path / "one" / "north", "scout", 2)
    rule = {"cyst*": "lesion", "Normal?": "healthy", "scout": None}
    folder = ingest(tmp_path / "one", "mine", here, rule=rule)
    before = {row.path: (row.label, row.series) for row in manifest.read(folder)}
    assert len(before) == 8
    ingest(two_classes(tmp_path / "two", seed=1), "mine", here, add=True)
    after = {row.path: (row.label, row.series) for row in manifest.read(folder)}
    assert {path: after[path][0] for path in before} == {path: label for path, (label, _) in before.items()}
    assert set(classes.read(folder)) == {"Cyst left: a", "Normal?", "Cyst", "Normal"}
    assert set(left(folder).values()) == {cataloguing.NO_CLASS}
    assert len(left(folder)) == 2


def test_slices_of_long_names_stay_in_their_series(here: Settings, tmp_path: Path) -> None:
    base = body(96, 1).astype(int)
    for label in ("Cyst", "Normal"):
        (tmp_path / "raw" / label).mkdir(parents=True)
        for number in range(6):
            drawn = np.clip(base[:: -1 if label == "Cyst" else 1] + 8 * number, 0, 255).astype(np.uint8)
            (tmp_path / "raw" / label / f"{'n' * 230}: {number}.png").write_bytes(png(drawn))
    folder = ingest(tmp_path / "raw", "mine", here)
    before = {row.path: row.series for row in manifest.read(folder)}
    assert len(set(before.values())) == 2
    ingest(two_classes(tmp_path / "more", seed=5), "mine", here, add=True)
    after = {row.path: row.series for row in manifest.read(folder)}
    assert len({after[path] for path in before}) == 2


def test_adding_what_can_not_be_read_changes_nothing(
    here: Settings, tmp_path: Path, refused: Refused
) -> None:
    folder = ingest(two_classes(tmp_path / "raw"), "mine", here)
    before = contents(folder)
    refused("ingest", str(broken_zip("cut short", tmp_path / "bad")), "--name", "mine", "--add")
    assert contents(folder) == before


# What happens to a set that is there


def test_a_set_that_was_deleted_by_hand(here: Settings, tmp_path: Path, refused: Refused) -> None:
    folder = ingest(two_classes(tmp_path / "raw"), "mine", here)
    assert sets.names(here) == ["mine"]
    shutil.rmtree(folder)
    for verb in (("split", "mine"), ("validate", "mine")):
        assert refused(*verb).startswith("There is no data set mine. Ingest it first:")
    for call in (manifest.read, catalog.read, catalog.read_looks, catalog.read_left_out):
        with pytest.raises(DataError, match=r"There is no data set mine|The catalogue of mine is damaged"):
            call(folder)
    with pytest.raises(DataError, match="There is no data set mine"):
        sets.remove("mine", here)
    assert sets.names(here) == []


def test_folders_that_are_no_sets_are_not_listed(here: Settings, tmp_path: Path) -> None:
    folder = ingest(two_classes(tmp_path / "raw"), "mine", here)
    shutil.copytree(folder, folder.with_name("mine (copy)"))
    shutil.copytree(folder, folder.with_name(".mine~left"))
    folder.with_name("bare").mkdir()
    (folder.parent / "file").write_text("x")
    assert whole(here) == ["mine"]


DAMAGES = {
    "nothing": lambda data: b"",
    "noise": lambda data: bytes(np.random.default_rng(1).integers(0, 256, 500, np.uint8)),
    "zeros": lambda data: bytes(len(data)),
    "half": lambda data: data[: len(data) // 2],
    "html": lambda data: b"<html>\n<p>quota</p>\n</html>\n",
    "json": lambda data: b'{"a": {"b": [1, 2, {}]}}\n',
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_catalogue(damage: str, here: Settings, tmp_path: Path, refused: Refused) -> None:
    folder = ingest(two_classes(tmp_path / "raw"), "mine", here)
    for name in ("slices.csv", "looks.npz", "classes.json", "edits.json"):
        sound = (folder / name).read_bytes()
        (folder / name).write_bytes(DAMAGES[damage](sound))
        said = refused("split", "mine")
        assert "mine" in said
        assert "damaged" in said or "can't be read" in said
        (folder / name).write_bytes(sound)
    assert main(["split", "mine"]) == 0


@pytest.mark.parametrize("damage", sorted(DAMAGES))
def test_a_damaged_split_is_dealt_again(damage: str, here: Settings, tmp_path: Path) -> None:
    folder = ingest(two_classes(tmp_path / "raw"), "mine", here)
    before = manifest.digest(manifest.read(folder))
    for name in ("manifest.csv", "split.json"):
        (folder / name).write_bytes(DAMAGES[damage]((folder / name).read_bytes()))
        if name == "manifest.csv":
            with pytest.raises(DataError, match=r"The manifest of mine is damaged\. Run"):
                manifest.read(folder)
        assert main(["split", "mine"]) == 0
        assert manifest.digest(manifest.read(folder)) == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: row[:-1], lambda row: [*row, "more"], lambda row: [*row[:3], "wide", *row[4:]],
        lambda row: [*row[:7], "", *row[8:]], lambda row: row[:1],
    ],
)  # fmt: skip
def test_one_damaged_row(spoil: Callable[[list[str]], list[str]], here: Settings, tmp_path: Path) -> None:
    folder = ingest(two_classes(tmp_path / "raw"), "mine", here)
    with (folder / catalog.FILE).open(newline="") as stream:
        rows = list(csv.reader(stream))
    rows[5] = spoil(rows[5])
    with (folder / catalog.FILE).open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    with pytest.raises(DataError, match="The catalogue of mine is damaged"):
        catalog.read(folder)


def test_looks_of_other_slices(here: Settings, tmp_path: Path) -> None:
    folder = ingest(two_classes(tmp_path / "raw"), "mine", here)
    other = ingest(two_classes(tmp_path / "more", 8), "other", here)
    shutil.copyfile(other / catalog.LOOKS, folder / catalog.LOOKS)
    with pytest.raises(DataError, match="The catalogue of mine is damaged"):
        catalog.read_looks(folder)


@pytest.mark.parametrize(
    "damaged", [b"", b"{}", b"[1]", b'[{"name": "x"}]', b"[]", b"\xff", json.dumps([{}]).encode()]
)
def test_damaged_sources(damaged: bytes, here: Settings, tmp_path: Path, refused: Refused) -> None:
    folder = ingest(two_classes(tmp_path / "raw"), "mine", here)
    (folder / sources.FILE).write_bytes(damaged)
    more = str(two_classes(tmp_path / "more", seed=3))
    assert "The data set mine is damaged: its sources.json" in refused(
        "ingest", more, "--name", "mine", "--add"
    )
    assert len(manifest.read(folder)) == 12


# DICOM


def dicom(path: Path, drawn: np.ndarray, patient: str, series: str, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    hu = drawn.astype(np.float32) / 255 * 400 - 160
    write_ct(path, hu, 1.0, 5.0 * number, series, number)
    header = pydicom.dcmread(path)
    header.PatientID = patient
    header.save_as(path)


def scanned(folder: Path, label: str, patient: str, series: str, drawn: np.ndarray, seed: int = 0) -> None:
    """Three neighbouring slices."""
    rng = np.random.default_rng([seed, sum(series.encode())])
    for number in range(1, 4):
        noisy = np.clip(drawn + rng.normal(0, 22, drawn.shape), 0, 255).astype(np.uint8)
        dicom(folder / label / f"{series}-{number}.dcm", noisy, patient, series, number)


def groups(folder: Path) -> dict[str, tuple[set[str], set[str]]]:
    """Series and patient blocks by the first part of the file name."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for row in manifest.read(folder):
        series, block = found.setdefault(Path(row.path).stem.rsplit("-", 1)[0], (set(), set()))
        series.add(row.series)
        block.add(row.group)
    return found


def test_headers_tell_series_and_patients(here: Settings, tmp_path: Path) -> None:
    # correlated at 0.93, as two people are
    scanned(tmp_path / "raw", "Cyst", "ONE", "a", body(96, 1))
    scanned(tmp_path / "raw", "Cyst", "TWO", "b", body(96, 40))
    scanned(tmp_path / "raw", "Normal", "THREE", "c", body(96, 5))
    scanned(tmp_path / "raw", "Normal", "THREE", "d", body(96, 9)[::-1])
    scanned(tmp_path / "raw", "Cyst", "THREE", "e", body(96, 12)[:, ::-1])
    found = groups(ingest(tmp_path / "raw", "mine", here))
    assert all(len(series) == len(block) == 1 for series, block in found.values())
    series = {name: min(of) for name, (of, _) in found.items()}
    block = {name: min(of) for name, (_, of) in found.items()}
    assert len(set(series.values())) == 5
    assert block["a"] != block["b"]
    assert block["c"] == block["d"] == block["e"]
    assert len(set(block.values())) == 3


def test_two_patients_with_the_same_picture_are_kept_together(here: Settings, tmp_path: Path) -> None:
    for patient in ("ONE", "TWO"):
        for number in (1, 2, 3):
            dicom(
                tmp_path / "raw" / "Cyst" / f"{patient}-{number}.dcm",
                body(96, number),
                patient,
                patient,
                number,
            )
    scanned(tmp_path / "raw", "Normal", "THREE", "c", body(96, 5))
    found = groups(ingest(tmp_path / "raw", "mine", here))
    assert found["ONE"][1] == found["TWO"][1]
    assert found["c"][1] != found["ONE"][1]


@pytest.mark.parametrize("nobody", ["ANONYMOUS", "anonymous", "", " Anonymous "])
def test_what_anonymisers_write_is_no_patient(nobody: str, here: Settings, tmp_path: Path) -> None:
    for label, series, seed in (("Cyst", "a", 1), ("Cyst", "b", 20), ("Normal", "c", 5), ("Normal", "d", 33)):
        scanned(tmp_path / "raw", label, nobody, series, body(96, seed)[:: (-1) ** seed])
    found = groups(ingest(tmp_path / "raw", "mine", here))
    assert len({min(block) for _, block in found.values()}) == 4


def test_several_slices_in_one_file_are_left_out(here: Settings, tmp_path: Path) -> None:
    source = two_classes(tmp_path / "raw")
    path = source / "Cyst" / "many.dcm"
    dicom(path, body(64, 1), "ONE", "a", 1)
    header = pydicom.dcmread(path)
    header.decompress()
    header.NumberOfFrames = 3
    header.PixelData = header.PixelData * 3
    header.save_as(path)
    folder = ingest(source, "mine", here)
    assert left(folder) == {
        "raw/Cyst/many.dcm": "It holds 3 slices in one file. Export them as single files."
    }
    assert len(manifest.read(folder)) == 12


def test_a_known_patient_s_new_series_joins_its_group(here: Settings, tmp_path: Path) -> None:
    for number, patient in enumerate(("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX")):
        scanned(tmp_path / "raw", ("Cyst", "Normal")[number % 2], patient, patient, body(96, 7 * number))
    folder = ingest(tmp_path / "raw", "mine", here)
    old = {Path(row.path).stem.split("-")[0]: row.split for row in manifest.read(folder)}
    assert len(set(old.values())) > 1
    for number, patient in enumerate(("ONE", "TWO", "THREE")):
        scanned(tmp_path / "more", "Stone", patient, f"new{patient}", body(96, 90 + 7 * number)[::-1])
    ingest(tmp_path / "more", "mine", here, add=True)
    found = groups(folder)
    new = {Path(row.path).stem.split("-")[0]: row.split for row in manifest.read(folder)}
    assert {name: new[name] for name in old} == old
    for patient in ("ONE", "TWO", "THREE"):
        assert found[f"new{patient}"][1] == found[patient][1]
        assert new[f"new{patient}"] == old[patient]
