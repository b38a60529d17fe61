"""Zips of corrections, whole and spoilt, and the sets that are made with them."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from core.config.params import Params, Split
from core.config.settings import Limits, Settings
from core.data import catalog, corrections_zip, edits, manifest, sets, sources, split
from core.data.ingest import ingest
from core.data.manifest import Row
from core.data.sources import CORRECTIONS
from core.errors import DataError
from core.training import parts, selection
from tests.support.corrections import correction, listing, packed, zipped
from tests.support.pictures import contents
from tests.support.scans import png
from tests.support.sets import picture, write_set

NEW = 5000
"""A drawn person that the base has not."""


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


@pytest.fixture
def base(here: Settings, tmp_path: Path) -> Path:
    return ingest(write_set(tmp_path / "zebra"), "base", here)


def of(rows: list[Row], place: str) -> list[Row]:
    return [row for row in rows if row.path.startswith(f"images/{place}/")]


def reviewed(here: Settings, source: Path) -> tuple[Path, list[Row]]:
    folder = ingest(source, "reviewed", here, base="base")
    return folder, manifest.read(folder)


def test_new_slices_come_in_beside_the_base_and_are_only_learnt_from(
    base: Path, here: Settings, tmp_path: Path
) -> None:
    before, kept = contents(base), manifest.read(base)
    source = zipped(tmp_path / "a.zip", *(correction(picture(NEW + at), "Cyst") for at in range(2)))
    _, rows = reviewed(here, source)
    assert contents(base) == before
    assert len(rows) == len(kept) + 2
    old = {row.path: (row.label, row.split, row.series) for row in kept}
    mine = of(rows, "zebra")
    assert {row.path: (row.label, row.split) for row in mine} == {p: v[:2] for p, v in old.items()}
    added = of(rows, CORRECTIONS)
    assert [row.label for row in added] == ["Cyst", "Cyst"]
    # "~" sorts after "zebra", and "aardvark" would not: which comes first is not what counts
    main = selection.primary(rows)
    assert [row.path for row, shown in zip(rows, main, strict=True) if shown] == [row.path for row in mine]
    asked = Params.model_validate({"training": {"every": 3}})
    chosen = selection.select(rows, asked)
    assert {row.path for row in added} <= {row.path for row in chosen}
    dealt = dict(zip((row.path for row in chosen), parts.deal(chosen, asked), strict=True))
    assert {dealt[row.path] for row in added} <= {"train", ""}
    assert "train" in {dealt[row.path] for row in added}


@pytest.mark.parametrize("name", ["aardvark", "ünlü", "zebra"])
def test_figures_are_on_the_base_whatever_it_is_called_and_however_it_was_split(
    name: str, here: Settings, tmp_path: Path
) -> None:
    raw = write_set(tmp_path / name)
    if name == "zebra":
        for part, label in (("train", "Cyst"), ("test", "Normal")):
            (raw / part).mkdir()
            (raw / label).rename(raw / part / label)
    ingest(raw, "base", here)
    _, rows = reviewed(here, zipped(tmp_path / "a.zip", correction(picture(NEW), "Cyst")))
    main = selection.primary(rows)
    assert [CORRECTIONS in row.path for row in rows] == (~main).tolist()


def test_a_slice_that_the_base_has_is_relabelled(here: Settings, tmp_path: Path) -> None:
    raw = write_set(tmp_path / "zebra")
    # the same pixels in another file
    again = cv2.imencode(".png", picture(0, 1), [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()
    assert again != png(picture(0, 1))
    (raw / "Cyst" / "Cyst (2).png").write_bytes(again)
    base = ingest(raw, "base", here)
    kept = {row.path.rpartition("/")[2]: row for row in manifest.read(base)}
    by_file, by_pixels, right = (kept[f"Cyst ({number}).png"] for number in (1, 2, 3))
    edits.relabel(base, right.path, "Normal")
    source = zipped(
        tmp_path / "a.zip",
        correction(picture(NEW), "Normal", source_sha256=by_file.sha256),
        correction(picture(0, 1), "Normal", source_sha256="a" * 64),
        correction(picture(0, 2), "Cyst"),
    )
    folder, rows = reviewed(here, source)
    assert of(rows, CORRECTIONS) == []
    now = {row.path: row.label for row in rows}
    assert (now[by_file.path], now[by_pixels.path], now[right.path]) == ("Normal", "Normal", "Cyst")
    assert edits.read(folder).labels == {by_file.path: "Normal", by_pixels.path: "Normal"}
    assert edits.read(base).labels == {right.path: "Normal"}
    assert len(rows) == len(kept)


def test_patients_are_kept_together_and_near_twins_join_the_base(
    base: Path, here: Settings, tmp_path: Path
) -> None:
    twin = np.clip(picture(0, 0).astype(int) + 1, 0, 255).astype(np.uint8)
    source = zipped(
        tmp_path / "a.zip",
        correction(picture(NEW), "Cyst", patient="ab12"),
        correction(picture(NEW + 1), "Normal", patient="ab12"),
        correction(picture(NEW + 2), "Normal", patient="cd34"),
        correction(twin, "Normal"),
    )
    folder, rows = reviewed(here, source)
    (first,) = [row.group for row in rows if row.path.endswith("/Cyst (1).png")]
    given = {said["sha256"]: said["patient"] for said in _said(source)}
    groups = {given[row.sha256]: row.group for row in of(rows, CORRECTIONS)}
    assert groups[""] == first
    assert len({groups["ab12"], groups["cd34"], first}) == 3
    assert len({row.group for row in rows if given.get(row.sha256) == "ab12"}) == 1
    # and they are told again, when the set is read anew
    more = ingest(zipped(tmp_path / "b.zip", correction(picture(NEW + 9), "Cyst", patient="ab12")),
                  "reviewed", here, add=True)  # fmt: skip
    again = of(manifest.read(more), f"{CORRECTIONS}-2") + of(manifest.read(more), CORRECTIONS)
    assert len({row.group for row in again if given.get(row.sha256, "ab12") == "ab12"}) == 1
    assert [one.name for one in sources.read(folder)] == ["zebra", CORRECTIONS, f"{CORRECTIONS}-2"]


def _said(source: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(source) as archive:
        found: list[dict[str, Any]] = json.loads(archive.read("corrections.json"))["slices"]
    return found


def test_what_a_person_did_to_the_base_comes_along(base: Path, here: Settings, tmp_path: Path) -> None:
    rows = manifest.read(base)
    edits.exclude(base, rows[0].path)
    split.split(base, split.as_before(base).model_copy(update={"seed": 7, "folds": 3}))
    dealt = {row.path: row.split for row in manifest.read(base)}
    source = zipped(tmp_path / "a.zip", correction(picture(NEW), "Cyst"))
    folder, found = reviewed(here, source)
    assert edits.read(folder).excluded == (rows[0].path,)
    assert {row.path: row.split for row in of(found, "zebra")} == dealt
    assert split.as_before(folder).seed == 7


@pytest.mark.parametrize("asked", [{"folds": 5}, {"parts": [0.4, 0.3, 0.3]}, {"strategy": "random"}])
def test_no_part_is_made_of_corrections_and_none_of_them_is_lost_to_a_test(
    asked: dict[str, Any], here: Settings, tmp_path: Path
) -> None:
    """The base has two blocks a class, so fewer blocks than five folds would take."""
    raw = write_set(tmp_path / "zebra", patients=2)
    ingest(raw, "base", here, dealt=Split.model_validate(asked))
    slices = [correction(picture(NEW + at), "Cyst" if at % 2 else "Normal") for at in range(6)]
    _, rows = reviewed(here, zipped(tmp_path / "a.zip", *slices))
    main = selection.primary(rows)
    parted = {row.split for row, mine in zip(rows, main, strict=True) if mine}
    assert {row.split for row in rows} == parted
    params = Params.model_validate({"training": {"every": 1}, "split": {"folds": 2, **asked}})
    if "parts" in asked:
        assert {row.split for row in of(rows, CORRECTIONS)} == {"train"}
    dealt = parts.deal(rows, params)
    assert set(dealt[~main]) == {"train"}
    assert set(dealt[main]) == {"train", "val", "test"}


def test_a_class_that_was_renamed_in_the_base_is_known_by_its_folder(here: Settings, tmp_path: Path) -> None:
    ingest(write_set(tmp_path / "raw"), "base", here, rule={"Cyst": "Lesion", "Normal": "Healthy"})
    source = zipped(
        tmp_path / "a.zip", correction(picture(NEW), "Cyst"), correction(picture(NEW + 1), "Healthy")
    )
    _, rows = reviewed(here, source)
    assert sorted((row.label, row.path.split("/")[2]) for row in of(rows, CORRECTIONS)) == [
        ("Healthy", "Normal"), ("Lesion", "Cyst"),
    ]  # fmt: skip


def test_the_same_again_is_the_same_set_and_another_is_refused(here: Settings, tmp_path: Path) -> None:
    raw = write_set(tmp_path / "zebra")
    whole = tmp_path / "zebra.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        for path in sorted(raw.rglob("*.png")):
            archive.write(path, path.relative_to(raw))
    ingest(whole, "base", here)
    source = zipped(tmp_path / "a.zip", correction(picture(NEW), "Cyst"))
    folder, _ = reviewed(here, source)
    before = contents(folder)
    assert contents(reviewed(here, source)[0]) == before
    with pytest.raises(DataError, match="There is a data set reviewed already"):
        reviewed(here, zipped(tmp_path / "b.zip", correction(picture(NEW + 1), "Cyst")))
    with pytest.raises(DataError, match="is in this data set already"):
        ingest(source, "more", here, base="reviewed")


def test_without_a_base_it_is_a_zip_of_class_folders(here: Settings, tmp_path: Path) -> None:
    slices = [correction(picture(1000 * at), label) for at, label in enumerate(["Cyst", "Normal"] * 3)]
    rows = manifest.read(ingest(zipped(tmp_path / "~corrections.zip", *slices), "plain", here))
    assert sorted(row.label for row in rows) == ["Cyst"] * 3 + ["Normal"] * 3
    assert {row.path.split("/")[1] for row in rows} == {"corrections"}
    assert selection.primary(rows).all()
    assert catalog.read_left_out(sets.folder("plain", here)) == []


def test_a_base_is_for_a_new_set_of_corrections(base: Path, here: Settings, tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", correction(picture(NEW), "Cyst"))
    for words, ask in {
        "A base is for a new data set. Choose": {"name": "base", "base": "base"},
        "A base is for a new data set.": {"name": "other", "base": "base", "add": True},
        "There is no data set nowhere": {"name": "other", "base": "nowhere"},
        "can't be a data set's name": {"name": "other", "base": "../base"},
    }.items():
        with pytest.raises(DataError, match=words):
            ingest(source, settings=here, **ask)
    with pytest.raises(DataError, match="is no zip of corrections"):
        ingest(write_set(tmp_path / "more"), "other", here, base="base")
    with sets.locked("base", here), pytest.raises(DataError, match="base is being worked on right now"):
        ingest(source, "other", here, base="base")
    with pytest.raises(DataError, match='says "Stone", and base has no such class: it has Cyst, Normal'):
        ingest(zipped(tmp_path / "s.zip", correction(picture(1), "Stone")), "other", here, base="base")
    assert sets.names(here) == ["base"]


ONE = correction(picture(1), "Cyst")
OTHER = correction(picture(2), "Normal")
Spoilt = Callable[[Path], Path]


def changed(**fields: Any) -> Spoilt:
    return lambda at: packed(at, listing([{**ONE[0], **fields}]), {ONE[0]["file"]: ONE[1]})


def lists(**fields: Any) -> Spoilt:
    return lambda at: packed(at, listing([ONE[0]], **fields), {ONE[0]["file"]: ONE[1]})


def said(text: str, files: dict[str, bytes] | None = None) -> Spoilt:
    return lambda at: packed(at, text, {ONE[0]["file"]: ONE[1]} if files is None else files)


def beside(files: dict[str, bytes]) -> Spoilt:
    return said(listing([ONE[0]]), {ONE[0]["file"]: ONE[1], **files})


def cut_short(at: Path) -> Path:
    at.write_bytes(zipped(at, ONE, OTHER).read_bytes()[:-200])
    return at


def flipped(at: Path) -> Path:
    data = bytearray(zipped(at, ONE).read_bytes())
    where = data.index(ONE[0]["file"].encode()) + 200
    data[where : where + 40] = bytes(40)
    at.write_bytes(data)
    return at


def unlisted(at: Path) -> Path:
    with zipfile.ZipFile(at, "w") as archive:
        archive.writestr(ONE[0]["file"], ONE[1])
    return at


WORDS = b"these are words"
BAD: dict[str, tuple[Spoilt, str]] = {
    "newer": (lists(format=2), "is of format 2; this version reads format 1. Update the app"),
    "no number": (lists(format="1"), "its corrections.json is missing or can't be read"),
    "no list": (said("[]"), "its corrections.json is missing or can't be read"),
    "no JSON": (said("these are words"), "its corrections.json is missing or can't be read"),
    "deep": (said("[" * 100_000), "its corrections.json is missing or can't be read"),
    "no UTF-8": (said('{"format": 1, "created": "\\ud800"}'), "corrections.json is"),
    "without it": (unlisted, "its corrections.json is missing"),
    "empty": (said(listing([])), "its corrections.json is wrong: slices: .*at least 1"),
    "more fields": (changed(name="Jane Doe"), r"slices.0.name: Extra inputs are not permitted"),
    "no label": (changed(label=""), r"slices.0.label"),
    "a line break": (changed(label="Cyst\nNormal"), r"slices.0.label.*printable"),
    "another folder": (changed(file=f"Normal/{ONE[0]['sha256']}.png"), "must lie at Cyst/"),
    "a way out": (changed(file="../../etc/passwd.png"), "must lie at Cyst/"),
    "another digest": (
        lambda at: packed(at, listing([ONE[0]]), {ONE[0]["file"]: OTHER[1]}),
        "is not the file that it lists: its SHA-256 is another",
    ),
    "no digest": (changed(source_sha256="patient-7"), "slices.0.source_sha256"),
    "a name for a patient": (changed(patient="Jane Doe"), "slices.0.patient"),
    "no probability": (
        changed(given={**ONE[0]["given"], "probabilities": {"Cyst": 1.5}}), "less than or equal to 1"
    ),
    "no date": (lists(created="yesterday"), "created"),
    "twice": (said(listing([ONE[0], ONE[0]])), "sha256 .* is there twice"),
    "a file too few": (said(listing([ONE[0]]), {}), r"it lists Cyst/.*\.png and doesn't hold it"),
    "a file too many": (
        beside({"Cyst/more.png": OTHER[1]}), "it holds Cyst/more.png, which it doesn't list once"
    ),
    "two lists": (
        beside({"a/corrections.json": listing([ONE[0]]).encode()}),
        "a/corrections.json, which it doesn't list once",
    ),
    "path": (beside({"../../out.png": OTHER[1]}), "unsafe path"),
    "absolute": (beside({"/tmp/out.png": OTHER[1]}), "unsafe path"),
    "bomb": (beside({"Cyst/bomb.png": bytes(8_000_000)}), "as a zip bomb does"),
    "many": (beside({f"Cyst/{n}.png": b"" for n in range(10_000)}), "lists 10,.* files; at most 2,000"),
    "nested": (beside({"Cyst/in.png": b"PK\x03\x04" + WORDS}), "a zip inside a zip"),
    "cut short": (cut_short, "damaged"),
    "flipped": (flipped, "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("spoilt", BAD)
def test_a_bad_zip_is_a_sentence(spoilt: str, tmp_path: Path) -> None:
    make, words = BAD[spoilt]
    with pytest.raises(DataError, match=words) as caught:
        corrections_zip.read(make(tmp_path / "bad.zip"), Limits())
    assert "bad.zip" in caught.value.sentence
    assert "\n" not in caught.value.sentence
    assert caught.value.sentence.endswith(".")
    assert len(caught.value.sentence) < 500


def test_a_picture_must_be_one(tmp_path: Path) -> None:
    digest = hashlib.sha256(WORDS).hexdigest()
    bad = ({**ONE[0], "sha256": digest, "file": f"Cyst/{digest}.png"}, WORDS)
    with pytest.raises(DataError, match="text, not a picture"):
        corrections_zip.read(zipped(tmp_path / "bad.zip", bad), Limits())


def test_one_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", ONE)
    with pytest.raises(DataError, match="at most 0 MB are read"):
        corrections_zip.read(source, Limits(batch_bytes=1000))


def test_a_bad_zip_leaves_the_base_and_no_set(base: Path, here: Settings, tmp_path: Path) -> None:
    before = contents(base)
    with pytest.raises(DataError, match="is not the file that it lists"):
        ingest(BAD["another digest"][0](tmp_path / "bad.zip"), "reviewed", here, base="base")
    assert sets.names(here) == ["base"]
    assert contents(base) == before
    assert not list((here.var / "data").glob(".reviewed~*"))


def test_litter_of_a_mac_is_no_reason_to_refuse(tmp_path: Path) -> None:
    litter = {"__MACOSX/Cyst/._x.png": WORDS, ".DS_Store": WORDS, "Cyst/Thumbs.db": WORDS}
    found = corrections_zip.read(beside(litter)(tmp_path / "a.zip"), Limits())
    assert [one.label for one in found.slices] == ["Cyst"]
    assert list(found.pictures.values()) == [ONE[1]]
