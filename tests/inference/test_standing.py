"""Which model answers: the champion, and the shipped model whatever is wrong with the champion."""

import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.config.settings import Settings
from core.errors import BundleError
from core.inference import shared, standing
from core.inference.places import places
from core.inference.predictor import Predictor
from core.models.bundle import CARD, KERAS, LITERT, REFERENCE
from core.tracking.registry import in_use
from core.tracking.registry.in_use import Place
from core.tracking.registry.values import CHAMPION
from tests.support.promoted import promote, shelved


@pytest.fixture
def here(tmp_path: Path, tiny: Path) -> Settings:
    """The tiny bundle as the shipped one; nothing is promoted."""
    return Settings(var=tmp_path / "var", assets=tiny.parent, threads=1)


@pytest.fixture
def place(here: Settings, tiny: Path) -> Place:
    return shelved(tiny, here, "v3", 2.0)


def fell_back(here: Settings, *words: str) -> None:
    found = standing.now(here, wait=True)
    assert (found.alias, found.version, found.predictor.bundle.card.name) == ("shipped", "", "tiny")
    for word in (*words, "shipped model answers instead"):
        assert word in found.trouble
    assert found.trouble.endswith(".") and "Traceback" not in found.trouble


def test_nothing_is_promoted_so_the_shipped_model_answers_without_trouble(here: Settings) -> None:
    found = standing.now(here)
    assert (found.ref, found.trouble, found.predictor.bundle.card.name) == ("shipped", "", "tiny")
    assert standing.now(here) is found


def test_a_promotion_takes_effect_and_so_does_a_rollback(here: Settings, place: Place, tiny: Path) -> None:
    shipped = standing.now(here).predictor
    promote(place, here)
    first = standing.now(here, wait=True)
    assert (first.alias, first.version, first.ref, first.trouble) == ("champion", "3", "champion v3", "")
    assert first.predictor.bundle.digest == place.digest
    second = shelved(tiny, here, "v4", 3.0)
    promote(second, here)
    assert standing.now(here, wait=True).predictor.bundle.digest == second.digest
    promote(place, here)
    assert standing.now(here, wait=True).predictor is first.predictor
    promote(None, here)
    assert standing.now(here, wait=True).predictor is shipped


def test_another_challenger_changes_nothing_else(here: Settings, place: Place, tiny: Path) -> None:
    promote(place, here)
    before = standing.now(here).predictor
    promote(shelved(tiny, here, "v9"), here, "challenger")
    assert standing.now(here, wait=True).predictor is before


def test_a_process_that_starts_with_a_champion_answers_with_it_at_once(here: Settings, place: Place) -> None:
    promote(place, here)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: standing.now(here), range(16)))
    assert {one.version for one in found} == {"3"}
    assert len({id(one.predictor) for one in found}) == 1


def test_asking_costs_microseconds(here: Settings, place: Place) -> None:
    promote(place, here)
    standing.now(here)
    start = time.perf_counter()
    for _ in range(200):
        standing.now(here)
    assert (time.perf_counter() - start) / 200 < 0.002


class Slow:
    """Holds the loading of one bundle up until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, digest: str) -> None:
        self.begun, self.over, self.count = threading.Event(), threading.Event(), 0
        real = shared.load

        def held(path: Path):
            if path.name == digest:
                self.count += 1
                self.begun.set()
                assert self.over.wait(20)
            return real(path)

        monkeypatch.setattr(shared, "load", held)


def test_while_a_new_champion_is_loaded_the_one_before_answers(
    here: Settings, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = standing.now(here)
    slow = Slow(monkeypatch, place.digest)
    promote(place, here)
    assert standing.now(here) is before
    assert slow.begun.wait(5)
    assert [standing.now(here) for _ in range(20)] == [before] * 20
    assert shared.predictor(here.shipped_bundle, here.threads) is before.predictor
    slow.over.set()
    assert standing.now(here, wait=True).version == "3"
    assert slow.count == 1


def test_a_decision_of_a_while_ago_is_waited_for(
    here: Settings, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing.now(here)
    slow = Slow(monkeypatch, place.digest)
    promote(place, here)
    file = in_use.shelf(here) / in_use.FILE
    past = time.time() - standing.PATIENCE
    os.utime(file, (past, past))
    threading.Timer(0.1, slow.over.set).start()
    assert standing.now(here).version == "3"


def test_who_changed_their_mind_meanwhile_gets_the_last_decision(
    here: Settings, place: Place, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = shelved(tiny, here, "v4", 3.0)
    before = standing.now(here)
    slow = Slow(monkeypatch, place.digest)
    promote(place, here)
    assert standing.now(here) is before
    promote(last, here)
    assert standing.now(here, wait=True).version == "4"
    slow.over.set()
    time.sleep(0.2)
    assert standing.now(here).version == "4"


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES: list[tuple[Callable[[Path], object], str]] = [
    (lambda folder: flipped(folder / LITERT), "model.tflite is not the file it was sealed with"),
    (lambda folder: flipped(folder / KERAS), "model.keras is not the file"),
    (lambda folder: (folder / REFERENCE).unlink(), "reference.npz is missing"),
    (lambda folder: (folder / LITERT).write_bytes(b""), "model.tflite is not the file"),
    (lambda folder: (folder / CARD).write_text("{"), "can't be read"),
    (lambda folder: (folder / CARD).write_text('{"format": 99}'), "has format 99"),
    (lambda folder: (folder / CARD).unlink(), "bundle.json is missing"),
    (shutil.rmtree, "There is no model bundle"),
    (lambda folder: (shutil.rmtree(folder), folder.write_text("a file")), "v3"),
]


@pytest.mark.parametrize(("damage", "words"), DAMAGES)
@pytest.mark.parametrize("loaded", [True, False], ids=["while it serves", "before it is loaded"])
def test_a_damaged_champion_is_a_sentence_until_it_is_restored(
    here: Settings, place: Place, damage: Callable[[Path], object], words: str, loaded: bool
) -> None:
    folder = Path(place.folder)
    whole = shutil.copytree(folder, folder.with_name("whole"))
    promote(place, here)
    if loaded:
        assert standing.now(here).version == "3"
    damage(folder)
    fell_back(here, "The champion v3 can't be used", words, "Experiments, Models")
    assert place.digest not in standing.now(here).trouble
    if folder.is_dir():
        shutil.rmtree(folder)
    folder.unlink(missing_ok=True)
    whole.rename(folder)
    assert standing.now(here, wait=True).ref == "champion v3"


def test_a_damaged_champion_is_looked_at_once_and_not_at_every_request(
    here: Settings, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    flipped(Path(place.folder) / LITERT)
    promote(place, here)
    looks = []
    real = shared.load
    monkeypatch.setattr(shared, "load", lambda path: looks.append(path) or real(path))
    for _ in range(20):
        fell_back(here)
    assert [path.name for path in looks].count(place.digest) == 1


def test_a_whole_bundle_of_another_model_in_its_folder_is_not_the_champion(
    here: Settings, place: Place, tiny: Path
) -> None:
    shutil.rmtree(place.folder)
    shutil.copytree(tiny, place.folder)
    promote(place, here)
    fell_back(here, "another model than was registered")


def test_files_that_are_only_touched_are_verified_and_cost_no_new_predictor(
    here: Settings, place: Place
) -> None:
    promote(place, here)
    before = standing.now(here).predictor
    for file in Path(place.folder).iterdir():
        file.touch()
    assert standing.now(here, wait=True).predictor is before


def test_what_nobody_expected_is_tried_again_after_a_while(
    here: Settings, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shared.load

    def broken(path: Path):
        if path.name == place.digest:
            raise MemoryError
        return real(path)

    monkeypatch.setattr(standing, "RETRY", 0.05)
    monkeypatch.setattr(shared, "load", broken)
    promote(place, here)
    fell_back(here, "It can't be loaded (error ")
    monkeypatch.setattr(shared, "load", real)
    time.sleep(0.1)
    assert standing.now(here, wait=True).version == "3"


@pytest.mark.parametrize(
    "said",
    [
        b"", b"{", b"[]", b"null", b"3", b'"x"', b"\xff\xfe", b"\0" * 4096, b"[" * 100_000,
        b'{"champion": {"version": "3"}}', b'{"champion": "v3"}', b'{"champion": [1]}', b'{"champion": 1',
        b'{"champion": {"version": 3, "digest": 4, "folder": 5, "since": 0, "by": "", "why": ""}}',
        b'{"champion": {"version": "3", "digest": "", "folder": "f", "since": 0, "by": "", "why": ""}}',
    ],
)  # fmt: skip
def test_a_note_that_nobody_understands_is_said_and_the_shipped_model_answers(
    here: Settings, place: Place, said: bytes
) -> None:
    promote(place, here)
    assert standing.now(here).version == "3"
    (in_use.shelf(here) / in_use.FILE).write_bytes(said)
    fell_back(here, "registry/in_use.json, can't be read")
    in_use.write({CHAMPION: place}, here)
    assert standing.now(here, wait=True).ref == "champion v3"


def test_a_note_that_cant_be_read_for_a_moment_is_read_again(here: Settings, place: Place) -> None:
    import resource

    promote(place, here)
    settings = here.model_copy(update={"slots": 2})
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        found = places(settings)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert "can't be read" in found.trouble
    champion = places(settings).champion
    assert champion is not None and champion.version == "3"


def test_a_folder_in_the_place_of_the_note(here: Settings, place: Place) -> None:
    promote(place, here)
    file = in_use.shelf(here) / in_use.FILE
    file.unlink()
    file.mkdir()
    fell_back(here, "can't be read")
    file.rmdir()
    assert standing.now(here, wait=True).trouble == ""


def test_a_file_in_the_place_of_the_shelf(here: Settings) -> None:
    here.var.mkdir()
    in_use.shelf(here).write_text("")
    fell_back(here, "can't be read")


@pytest.mark.parametrize("said", ["{}", '{"champion": null}', '{"later": {"version": "1"}}'])
def test_a_note_that_says_that_nothing_was_promoted_is_no_trouble(here: Settings, said: str) -> None:
    in_use.write({}, here)
    (in_use.shelf(here) / in_use.FILE).write_text(said)
    assert standing.now(here).trouble == ""


def test_without_a_shipped_model_the_champion_answers_and_without_both_it_is_said(
    here: Settings, place: Place, tmp_path: Path
) -> None:
    bare = Settings(var=here.var, assets=tmp_path / "nothing", threads=1)
    promote(place, bare)
    assert standing.now(bare).version == "3"
    flipped(Path(place.folder) / LITERT)
    for _ in range(2):
        with pytest.raises(BundleError) as caught:
            standing.now(bare, wait=True)
        assert "champion v3" in caught.value.sentence and "make model" in caught.value.sentence


def test_who_holds_a_predictor_can_use_it_when_another_model_answers(
    here: Settings, place: Place, expected: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.imaging.decode import decode
    from tests.app.conftest import png

    promote(place, here)
    held: Predictor = standing.now(here).predictor
    promote(None, here)
    shutil.rmtree(place.folder)
    assert standing.now(here, wait=True).alias == "shipped"
    (scan,) = decode(png(1), "a.png", here.limits)
    assert held.predict(scan).model.digest == place.digest
