from pathlib import Path

import pytest

from core.config import params
from core.config.params import Params
from core.errors import SettingsError


def test_the_file_names_every_field_and_holds_the_defaults() -> None:
    assert params.load() == Params()
    written = params.yaml.safe_load(params.FILE.read_text())
    assert {section: set(fields) for section, fields in written.items()} == {
        section: set(fields) for section, fields in Params().model_dump().items()
    }


def test_a_change_is_applied_over_the_file() -> None:
    found = params.load(changes=["training.seed=7", "training.variants=[contrast]", "model.size=224"])
    assert (found.training.seed, found.training.variants, found.model.size) == (7, ("contrast",), 224)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("model: {size: 300}\ntraining: {sed: 1}\n")
    with pytest.raises(SettingsError) as caught:
        params.load(path)
    assert "model.size" in caught.value.sentence and "training.sed" in caught.value.sentence


@pytest.mark.parametrize("change", ["training.seed", "seed=1", "training=3", "="])
def test_a_change_that_is_none_is_a_sentence(change: str) -> None:
    with pytest.raises(SettingsError):
        params.load(changes=[change])


def test_a_file_that_is_no_yaml_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("model: [")
    with pytest.raises(SettingsError, match="can't be read as YAML"):
        params.load(path)


CLASHES = {
    "random weights that never learn": ["model.start=none"],
    "leaves none of 3 training.epochs": ["training.epochs=3", "training.unfreeze=top"],
    "needs folds": ["training.k_fold=true", "split.parts=[0.6, 0.2, 0.2]"],
    "cross-validated anyway": ["training.k_fold=true", "training.fit=regression"],
    "blends classes": ["training.mixup=0.2"],
}


@pytest.mark.parametrize(("words", "changes"), CLASHES.items())
def test_parameters_that_cannot_work_together_are_refused(words: str, changes: list[str]) -> None:
    with pytest.raises(SettingsError, match=words):
        params.load(changes=changes)


def test_clashes_and_bad_values_are_said_in_one_go() -> None:
    changes = ["model.size=65", "training.batch=0", "training.mixup=0.2", "model.start=none", "model.hue=1"]
    with pytest.raises(SettingsError) as caught:
        params.load(changes=changes)
    said = caught.value.sentence
    for words in ("model.size", "training.batch", "blends classes", "never learn", "model.hue"):
        assert words in said
    assert "Value error" not in said


def test_what_makes_sense_together_is_allowed() -> None:
    tuned = ["training.unfreeze=all", "training.head_epochs=0", "model.start=none", "training.epochs=2"]
    assert params.load(changes=tuned).training.unfreeze == "all"
    assert params.load(changes=["training.mixup=0.2", "training.balance=sampling"]).training.mixup == 0.2
