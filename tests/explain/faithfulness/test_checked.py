"""What was kept of the randomisation check is read again; what can't be read is as if it weren't there."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from core.config.settings import Settings
from core.explain import kept
from core.explain.faithfulness.checked import ALIKE, Checked, Sanity, known
from core.models.bundle import load

DEPTHS = ("the head", "the last quarter")
KNOWN = Sanity(
    DEPTHS, {"grad-cam": Checked((0.4, 0.2), (0.4, 0.7), 6, 0.1), "edges": Checked((1, 1), (1, 1), 6)}, 6, 3
)


def test_it_survives_json() -> None:
    written = json.loads(json.dumps(KNOWN.to_json(), allow_nan=False))
    assert Sanity.from_json(written) == KNOWN
    assert written["methods"]["grad-cam"]["passed"] is True
    assert written["methods"]["edges"]["passed"] is False
    assert written["alike"] == ALIKE


def test_what_a_bundle_keeps_is_found_by_method(tiny: Path, tmp_path: Path) -> None:
    bundle = load(shutil.copytree(tiny, tmp_path / "model"))
    here = Settings(var=tmp_path / "var")
    assert known(bundle, here) == {}
    kept.keep(bundle, here, kept.SANITY, KNOWN.to_json())
    assert known(bundle, here) == KNOWN.methods


@pytest.mark.parametrize(("last", "passed"), [(-0.9, True), (0.499, True), (0.5, False), (1.0, False)])
def test_all_weights_random_decides(last: float, passed: bool) -> None:
    assert Checked((0.99, last), (0.9, 0.9), 4).passed is passed


@pytest.mark.parametrize(
    "found",
    [None, [], {}, "yes", {"depths": []}, {**KNOWN.to_json(), "methods": {"a": {}}},
     {**KNOWN.to_json(), "depths": ["the head"]}, {**KNOWN.to_json(), "depths": []},
     {**KNOWN.to_json(), "methods": {"a": {"cascading": ["x", 1], "independent": [1, 1]}}},
     {**KNOWN.to_json(), "methods": [1]}, {**KNOWN.to_json(), "squares": None},
     {**KNOWN.to_json(), "seed": "one"}],
)  # fmt: skip
def test_what_is_damaged_is_as_good_as_not_checked(found: Any) -> None:
    assert Sanity.from_json(found) is None
