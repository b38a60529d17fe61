"""One predictor per bundle and process."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import BundleError
from core.inference import shared
from core.models.bundle import CARD, LITERT, Bundle, Card, load, write_card


def test_everybody_gets_the_same_one(tiny: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: shared.predictor(tiny, 1), range(16)))
    assert len({id(one) for one in found}) == 1


def test_a_path_spelled_otherwise_is_the_same_bundle(tiny: Path) -> None:
    assert shared.predictor(tiny / ".." / tiny.name, 1) is shared.predictor(tiny, 1)


def test_a_changed_bundle_is_loaded_again(copied: Callable[[], Path]) -> None:
    path = copied()
    before = shared.predictor(path, 1)
    card = Card.model_validate_json((path / CARD).read_bytes())
    write_card(path, card.model_copy(update={"version": "1"}))
    after = shared.predictor(path, 1)
    assert before is not after
    assert after.bundle.card.version == "1"


def test_a_repaired_bundle_is_found_at_the_next_call(copied: Callable[[], Path]) -> None:
    path = copied()
    whole = (path / LITERT).read_bytes()
    (path / LITERT).write_bytes(whole[:100])
    with pytest.raises(BundleError, match=r"model\.tflite"):
        shared.predictor(path, 1)
    (path / LITERT).write_bytes(whole)
    assert shared.predictor(path, 1).labels


def test_a_missing_bundle_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BundleError) as caught:
        shared.predictor(tmp_path / "nowhere")
    assert caught.value.code == "bundle-missing"


def test_a_bundle_replaced_while_it_is_read_is_not_kept_under_the_old_one(
    copied: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copied()
    old = (path / CARD).read_bytes()
    card = Card.model_validate_json(old)

    def replaced(folder: Path) -> Bundle:
        found = load(folder)
        if found.card.version == "0":
            write_card(folder, card.model_copy(update={"version": "1"}))
        return found

    monkeypatch.setattr(shared, "load", replaced)
    assert shared.predictor(path, 1).bundle.card.version == "1"
    monkeypatch.undo()
    (path / CARD).write_bytes(old)
    assert shared.predictor(path, 1).bundle.card.version == "0"
