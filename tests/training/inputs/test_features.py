"""With the tiny bundle's real network: what is computed, what is kept, what a kill costs."""

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.config.params import Augmentation
from core.config.settings import ROOT, Settings
from core.data import manifest
from core.data.manifest import Row
from core.errors import DataError, StorageError
from core.imaging.preprocess import PreprocessSpec, equalise, prepare
from core.models.bundle import LITERT
from core.training.inputs import augment, cache, variants
from core.training.inputs import squares as framed
from core.training.inputs.chunks import CHUNK
from core.training.inputs.features import Extractor
from tests.support.disks import small_disk
from tests.training.inputs.test_squares import drawn, put

COUNT = 2 * CHUNK + 88
SPEC = PreprocessSpec(size=64)
SOME = Augmentation()
NAMES = sorted(set(Augmentation.model_fields) - {"copies"})


def quiet(words: str, share: float) -> None:
    pass


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "set"
    put(folder, drawn(COUNT))
    return folder


@pytest.fixture(scope="module")
def rows(data: Path) -> list[Row]:
    return manifest.read(data)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


@pytest.fixture
def extractor(tiny: Path, here: Settings) -> Extractor:
    return Extractor((tiny / LITERT).read_bytes(), "tiny", SPEC, 0, here)


def kept(here: Settings) -> int:
    return sum(not path.name.startswith(".") for path in cache.place("set", here).glob("*.npy"))


def process(data: Path, here: Settings, tiny: Path, **task: object) -> "subprocess.Popen[str]":
    said = {"do": "copies", "data": str(data), "var": str(here.var), "network": str(tiny / LITERT), **task}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.chunked", json.dumps(said)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_plain_features_are_of_prepared_slices(data: Path, rows: list[Row], extractor: Extractor) -> None:
    some = rows[:20]
    prepared = [prepare(framed.grey(data, row, SPEC, extractor.settings.limits), SPEC)[0] for row in some]
    expected = extractor.squares(prepared)
    assert expected.dtype == np.float32 and expected.std() > 0
    np.testing.assert_array_equal(extractor.copies(data, some, 0, SOME, quiet), expected)
    np.testing.assert_array_equal(extractor.features(data, some), expected)
    np.testing.assert_array_equal(extractor.examples(data, some, 20), np.stack(prepared))


def test_a_copys_features_are_those_of_the_changed_square(
    data: Path, rows: list[Row], extractor: Extractor
) -> None:
    some = rows[:20]
    squares = framed.squares(data, some, SPEC, extractor.settings, quiet)
    for number in (1, 2):
        changed = [
            equalise(augment.change(square, SOME, augment.generator(0, row.sha256, number)), SPEC)
            for row, square in zip(some, squares, strict=True)
        ]
        found = extractor.copies(data, some, number, SOME, quiet)
        np.testing.assert_array_equal(found, extractor.squares(changed))
        assert (found != extractor.copies(data, some, 0, SOME, quiet)).any(axis=-1).mean() > 0.9


def test_a_variants_features_are_those_of_the_slice_changed_before_it_is_cut(
    data: Path, rows: list[Row], extractor: Extractor
) -> None:
    some, told = rows[:20], []
    greys = [framed.grey(data, row, SPEC, extractor.settings.limits) for row in some]
    changed = [
        prepare(variants.make("moved", grey, row.sha256, 0), SPEC)[0]
        for grey, row in zip(greys, some, strict=True)
    ]
    found = extractor.features(data, some, "moved", told.append)
    np.testing.assert_array_equal(found, extractor.squares(changed))
    assert told[0] == 0 and told[-1] == 1


def test_slices_are_decoded_once_for_all_copies(data: Path, rows: list[Row], extractor: Extractor) -> None:
    told: list[str] = []
    for number in (0, 1, 2):
        extractor.copies(data, rows, number, SOME, lambda words, share: told.append(words))
    steps = list(dict.fromkeys(words.partition(":")[0] for words in told))
    assert steps == ["squares", "features", "features of copy 1", "features of copy 2"]
    ended = [words for words in told if "600 of 600" in words]
    assert len(ended) == 4 and ended[-1].startswith("features of copy 2: 600 of 600, ")
    assert "images/s" in ended[-1] and "slices/s" in ended[0]


def test_copies_of_some_of_the_slices_decode_none_again(
    data: Path, rows: list[Row], extractor: Extractor
) -> None:
    extractor.copies(data, rows, 0, SOME, quiet)
    told: list[str] = []
    whole = extractor.copies(data, rows, 1, SOME, quiet)
    some = extractor.copies(data, rows[5:200:3], 1, SOME, lambda words, share: told.append(words))
    np.testing.assert_array_equal(some, whole[5:200:3])
    assert all(words.startswith("features of copy 1") for words in told)


def test_what_is_kept_is_not_computed_again(data: Path, rows: list[Row], extractor: Extractor) -> None:
    first = extractor.copies(data, rows[:9], 1, SOME, quiet)
    told: list[str] = []
    broken = replace(extractor, network=b"no network is loaded for what is kept")
    again = broken.copies(data, rows[:9], 1, SOME, lambda words, share: told.append(words))
    np.testing.assert_array_equal(again, first)
    assert told == []
    again[0] = 0
    np.testing.assert_array_equal(broken.copies(data, rows[:9], 1, SOME, quiet), first)


def test_whatever_a_feature_depends_on_makes_others(
    data: Path, rows: list[Row], extractor: Extractor, here: Settings
) -> None:
    some = rows[:9]
    asked = [
        (extractor, some, 1, SOME),
        (extractor, some, 2, SOME),
        (extractor, some, 0, SOME),
        (extractor, some[::-1], 1, SOME),
        (replace(extractor, seed=1), some, 1, SOME),
        (replace(extractor, identity="other"), some, 1, SOME),
        (replace(extractor, spec=PreprocessSpec(size=64, clahe_clip=4)), some, 1, SOME),
        *((extractor, some, 1, Augmentation.model_validate({name: 0.15})) for name in NAMES),
    ]
    for number, (one, these, copy, chosen) in enumerate(asked, start=1):
        one.copies(data, these, copy, chosen, quiet)
        assert kept(here) == number + 1, "those, and the squares of all"


def test_whatever_a_feature_does_not_depend_on_makes_no_others(
    data: Path, rows: list[Row], extractor: Extractor, here: Settings
) -> None:
    still = Augmentation.model_validate(dict.fromkeys(NAMES, 0))
    first = extractor.copies(data, rows[:9], 0, SOME, quiet)
    extractor.copies(data, rows[:9], 1, SOME, quiet)
    before = kept(here)
    for one, number, chosen in [
        (replace(extractor, seed=5), 0, SOME),
        (extractor, 0, Augmentation(rotation=1)),
        (extractor, 3, still),
        (extractor, 1, Augmentation(copies=7)),
        (replace(extractor, settings=Settings(var=here.var, threads=1)), 1, SOME),
    ]:
        one.copies(data, rows[:9], number, chosen, quiet)
        assert kept(here) == before
    np.testing.assert_array_equal(extractor.features(data, rows[:9]), first)
    assert kept(here) == before


def test_killed_it_goes_on_and_ends_with_the_same_bytes(
    data: Path, rows: list[Row], extractor: Extractor, here: Settings, tiny: Path, tmp_path: Path
) -> None:
    unbroken = replace(extractor, settings=Settings(var=tmp_path / "whole"))
    whole = unbroken.copies(data, rows, 1, SOME, quiet)
    killed = process(data, here, tiny, number=1, kill_at=(CHUNK + 1) / COUNT)
    assert killed.communicate(timeout=60)[0].splitlines()[0] == "features of copy 1: 0 of 600"
    assert killed.returncode == -signal.SIGKILL
    told: list[str] = []
    found = extractor.copies(data, rows, 1, SOME, lambda words, share: told.append(words))
    resumed = [f"features of copy 1: {number * CHUNK} of 600" for number in (1, 2)]
    assert told[0] in resumed, "neither squares nor the first chunk anew"
    np.testing.assert_array_equal(found, whole)


def test_two_processes_compute_it_once(data: Path, here: Settings, tiny: Path, extractor: Extractor) -> None:
    both = [process(data, here, tiny, number=0) for _ in range(2)]
    told = [one.communicate(timeout=60)[0].splitlines() for one in both]
    assert [one.returncode for one in both] == [0, 0]
    computed = [any(words.startswith("features: 600 of 600") for words in one) for one in told]
    assert sorted(computed) == [False, True]
    assert kept(here) == 2


def test_a_full_disk_is_a_sentence_and_the_rest_stays(
    data: Path, rows: list[Row], extractor: Extractor, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 7000) as disk:
        full = Settings(var=disk)
        framed.squares(data, rows, SPEC, full, quiet)
        filler = (disk / "filler").open("wb", 0)
        with filler, pytest.raises(OSError, match="No space"):
            while True:
                filler.write(bytes(4096))
        with pytest.raises(StorageError, match="The disk is full"):
            replace(extractor, settings=full).copies(data, rows, 1, SOME, quiet)
        assert [path.suffix for path in sorted(cache.place("set", full).iterdir())] == [".npy", ".txt"]
        (disk / "filler").unlink()
        found = replace(extractor, settings=full).copies(data, rows, 1, SOME, quiet)
        assert len(found) == COUNT and kept(full) == 2


def test_a_slice_that_is_gone_is_named(tmp_path: Path, extractor: Extractor) -> None:
    rows = put(tmp_path / "set", drawn(3))
    (tmp_path / "set" / rows[2].path).unlink()
    for number in (0, 1):
        with pytest.raises(DataError, match=r"images/2\.png of the data set set can't be read"):
            extractor.copies(tmp_path / "set", rows, number, SOME, quiet)
    with pytest.raises(DataError, match=r"images/2\.png of the data set set can't be read"):
        extractor.features(tmp_path / "set", rows)
