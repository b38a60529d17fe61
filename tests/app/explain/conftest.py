"""Explain with a small real bundle, as a person meets it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.session import Session
from core.config.settings import settings
from core.explain.methods import METHODS
from core.explain.pool.pool import stop_shared
from core.inference.batch import review
from core.inference.predictor import Predictor
from tests.app.conftest import MAIN, Studio, png

EXPLAIN = "../pages/explain.py"


class Explain(Studio):
    """The app with some slices, on Explain.

    Args:
        predictor: Of the model in use, which answered them.
    """

    def __init__(self, predictor: Predictor) -> None:
        self.at = AppTest.from_file(str(MAIN), default_timeout=30)
        self._predictor = predictor

    def open(self, *names: str, **address: Any) -> "Explain":
        """Have slices of these names, and come here by an address."""
        if names:
            self.at.session_state["session"] = now = Session()
            files = [(name, png(at, 96)) for at, name in enumerate(names, 1)]
            for one in review(files, self._predictor, settings().limits):
                now.add(one)
        # the view below the maps that asks nothing of the pool
        for name, value in {"e_view": "This model", **address}.items():
            self.at.query_params[name] = value
        self.at.switch_page(EXPLAIN).run()
        self.sound()
        return self

    def answered(self) -> "Explain":
        """Draw the page until all slices are answered."""
        for _ in range(100):
            if self.session.intake is None:
                return self
            self.at.run()
        raise AssertionError("the batch never ended")

    def settled(self, seconds: float = 30.0) -> "Explain":
        """Draw the page until nothing is waited for."""
        end = time.monotonic() + seconds
        while self.at.session_state["explaining"].waiting:
            assert time.monotonic() < end
            time.sleep(0.05)
        self.at.run()
        self.sound()
        return self

    def mounted(self, *names: str, without: str = "") -> dict[str, Any]:
        """What the component was given whose data has these names."""
        given = [json.loads(one.proto.json) for one in self.at.get("bidi_component")]
        return next(one for one in given if all(name in one for name in names) and without not in one)

    @property
    def maps(self) -> dict[str, Any]:
        """What the component that draws maps was given."""
        return self.mounted("colours", "panels")

    @property
    def panels(self) -> dict[str, dict[str, Any]]:
        return {one["key"]: one for one in self.maps["panels"]}

    def choose(self, *methods: str) -> "Explain":
        self.at.multiselect(key="e_methods").set_value(list(methods)).run()
        return self

    @staticmethod
    def titles(*keys: str) -> list[str]:
        """Methods as addresses name them."""
        return [METHODS[key].title for key in keys]


@pytest.fixture
def explain(assets: Path, tiny: Path, predictor: Predictor) -> Explain:
    """The app with a small model."""
    (assets / "model").symlink_to(tiny)
    return Explain(predictor)


@pytest.fixture(scope="module", autouse=True)
def _pool() -> Iterator[None]:
    yield
    stop_shared()
