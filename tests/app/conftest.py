"""The whole app under AppTest, with a real bundle in an assets folder of the test's own."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config.settings import ROOT, settings

ASSETS = settings().assets
MAIN = ROOT / "app" / "main.py"
PAGES = {name: f"../pages/{name}.py" for name in ("home", "review", "data", "train", "about")}


def png(seed: int, size: int = 320) -> bytes:
    """A picture with the grey values of a CT slice: an oval body with a spine, on black."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((size, size), np.uint8)
    middle, axes = (size // 2, size // 2), (int(size * 0.42), int(size * 0.31))
    cv2.ellipse(picture, middle, axes, 0, 0, 360, 110, -1)
    cv2.circle(picture, (size // 2, int(size * 0.62)), size // 14, 235, -1)
    for side in (0.3, 0.7):
        cv2.ellipse(picture, (int(size * side), size // 2), (size // 16, size // 11), 20, 0, 360, 165, -1)
    noisy = picture + rng.normal(0, 6, picture.shape) * (picture > 0)
    return cv2.imencode(".png", np.clip(noisy, 0, 255).astype(np.uint8))[1].tobytes()


@pytest.fixture(scope="module", autouse=True)
def _what_is_loaded_is_no_garbage() -> None:
    """Streamlit collects garbage after every run: with TensorFlow in the process, 0.3 s each time."""
    gc.collect()
    gc.freeze()


class Studio:
    """The app in one session, as a person meets it."""

    def __init__(self) -> None:
        self.at = AppTest.from_file(str(MAIN), default_timeout=30).run()

    def go(self, page: str) -> "Studio":
        self.at.switch_page(PAGES[page]).run()
        return self

    def upload(self, *files: tuple[str, bytes]) -> "Studio":
        self.at.file_uploader[0].set_value([(name, data, "") for name, data in files]).run()
        for _ in range(100):
            if self.session.intake is None:
                return self
            self.at.run()
        raise AssertionError("the batch never ended")

    @property
    def session(self):
        return self.at.session_state["session"]

    @property
    def text(self) -> str:
        """All words on the page, markup included where a component writes its own."""
        found = [*self.at.markdown, *self.at.caption, *self.at.subheader]
        alerts = [*self.at.error, *self.at.warning, *self.at.info]
        html = [element.value for element in self.at.get("html")]
        return "\n".join([*(one.value for one in (*found, *alerts)), *html])

    def sound(self) -> "Studio":
        """Nothing unexpected happened."""
        assert not self.at.exception
        assert "Something unexpected" not in self.text
        return self


@pytest.fixture
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The app's assets without a model, in a folder that the test may change."""
    folder = tmp_path / "assets"
    folder.mkdir()
    for name in [*(one.name for one in ASSETS.glob("*.css")), "logo.svg", "samples"]:
        if (ASSETS / name).exists():
            (folder / name).symlink_to(ASSETS / name)
    monkeypatch.setenv("KCS_ASSETS", str(folder))
    if "KCS_VAR" not in os.environ:
        # what was promoted in this checkout is not what the tests are about
        monkeypatch.setenv("KCS_VAR", str(tmp_path / "var"))
    settings.cache_clear()
    yield folder
    settings.cache_clear()


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of the test's own for all that the app writes."""
    folder = tmp_path / "var"
    monkeypatch.setenv("KCS_VAR", str(folder))
    settings.cache_clear()
    yield folder
    settings.cache_clear()


@pytest.fixture
def studio(assets: Path, request: pytest.FixtureRequest) -> Studio:
    """The app with a model: the shipped one, or a small real one where none is built."""
    shipped = ASSETS / "model"
    model = shipped if (shipped / "bundle.json").is_file() else request.getfixturevalue("tiny")
    (assets / "model").symlink_to(model)
    return Studio()


@pytest.fixture
def without_model(assets: Path) -> Studio:
    """The app with no bundle where one should be."""
    return Studio()
