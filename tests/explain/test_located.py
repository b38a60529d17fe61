"""Slices found by their digests in the data sets of this machine."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from core.config.settings import Settings
from core.data import manifest
from core.data.manifest import Row
from core.errors import InputError
from core.explain.located import located, mates, scan
from tests.support.candidates import blob
from tests.support.scans import png


def written(settings: Settings, name: str, seeds: dict[int, str]) -> list[Row]:
    """A split set with a picture a seed, in these patient blocks."""
    folder, rows = settings.var / "data" / name, []
    (folder / "images").mkdir(parents=True)
    (folder / "slices.csv").touch()
    for seed, group in seeds.items():
        data, path = png(blob(seed)), f"images/{seed}.png"
        (folder / path).write_bytes(data)
        rows.append(Row(path, "Cyst", hashlib.sha256(data).hexdigest(), 64, 64, f"s{seed}", group))
    manifest.write(folder, rows)
    return rows


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


def test_slices_are_found_by_digest_and_nothing_else_is(settings: Settings) -> None:
    assert located({"a" * 64}, settings) == {}, "there is no data at all"
    rows = written(settings, "first", {1: "P1", 2: "P1", 3: "P2"})
    wanted = {rows[0].sha256, rows[2].sha256, "a" * 64}
    found = located(wanted, settings)
    assert set(found) == {rows[0].sha256, rows[2].sha256}
    assert scan(found[rows[2].sha256], settings.limits).digest == rows[2].sha256


def test_mates_share_a_patient_block_in_any_set(settings: Settings) -> None:
    rows = written(settings, "first", {1: "P1", 2: "P1", 3: "P2"})
    other = written(settings, "second", {1: "Q", 4: "Q"})
    assert mates(rows[1].sha256, settings) == {rows[0].sha256, rows[1].sha256}
    assert mates(rows[0].sha256, settings) == {rows[0].sha256, rows[1].sha256, other[1].sha256}
    assert mates("a" * 64, settings) == {"a" * 64}


def test_a_manifest_that_changes_is_read_again(settings: Settings) -> None:
    rows = written(settings, "first", {1: "P1", 2: "P1"})
    assert len(mates(rows[0].sha256, settings)) == 2
    manifest.write(settings.var / "data" / "first", [replace(rows[0], group="P9"), rows[1]])
    assert mates(rows[0].sha256, settings) == {rows[0].sha256}


@pytest.mark.parametrize("damage", ["manifest", "unsplit", "stranger"])
def test_a_set_that_can_not_be_read_costs_only_itself(settings: Settings, damage: str) -> None:
    rows = written(settings, "first", {1: "P1"})
    broken = written(settings, "second", {2: "P1"})
    folder = settings.var / "data" / "second"
    if damage == "manifest":
        (folder / manifest.FILE).write_text("no manifest")
    elif damage == "unsplit":
        (folder / manifest.FILE).unlink()
    else:
        (folder / "slices.csv").unlink()
    assert set(located({rows[0].sha256, broken[0].sha256}, settings)) == {rows[0].sha256}


@pytest.mark.parametrize("damage", ["gone", "changed", "no picture"])
def test_a_file_that_is_not_what_was_ingested_is_a_sentence(settings: Settings, damage: str) -> None:
    (row,) = written(settings, "first", {1: "P1"})
    place = located({row.sha256}, settings)[row.sha256]
    if damage == "gone":
        place.path.unlink()
    elif damage == "changed":
        place.path.write_bytes(png(blob(2)))
    else:
        data = b"no picture"
        place.path.write_bytes(data)
        place = replace(place, digest=hashlib.sha256(data).hexdigest())
    with pytest.raises(InputError):
        scan(place, settings.limits)
