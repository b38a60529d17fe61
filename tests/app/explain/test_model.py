"""The view of a model in each of its states, on a real bundle."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.explain.asked import Asked
from core.config.settings import Limits, settings
from core.explain import kept
from core.explain.localisation.intervals import Interval
from core.explain.localisation.keeping import Looks
from core.explain.localisation.outside import Outside
from core.explain.localisation.values import Ahead, Localisation, Source
from core.explain.values import Target
from core.imaging.decode import decode
from core.inference.batch import Case
from core.inference.predictor import Predictor
from core.models.bundle import Bundle, load
from tests.support.scans import body, png

MARKUP = "<img src=x onerror=alert(1)>*big* `c` " + "long " * 100
RANGE = Interval(0.25, 0.125, 0.5)
NONE_ABOVE = "No method is shown to find marked lesions better than what knows nothing of the model."


def script() -> None:
    """The view as the page draws it."""
    import streamlit as st

    from app.components.explain import model
    from app.messages import guarded

    with guarded():
        model.show(st.session_state["asked"])


@pytest.fixture
def bundle(copied: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bundle]:
    """A bundle that may be written to."""
    monkeypatch.setenv("KCS_VAR", str(tmp_path / "var"))
    settings.cache_clear()
    yield load(copied())
    settings.cache_clear()


@pytest.fixture(scope="module")
def case(predictor: Predictor) -> Case:
    scan = decode(png(body(128)), "a.png", Limits())[0]
    return Case(scan, predictor.predict(scan))


def looks(verdict: float = -0.3, share: float = 0.125) -> Looks:
    ahead = Ahead("body", Interval(verdict, verdict - 0.1, verdict + 0.1))
    rows = tuple(
        Localisation(method, source, "Stone", slices, 15, flat, RANGE, RANGE, 0.125, ahead, ahead, 9.0)
        for source, slices in (("stone-coronal", 120), ("synthetic stone", 20))
        for method, flat in (("closed-form", 0), ("occlusion", 3))
    )
    known = tuple(
        Localisation(key, one.source, "Stone", one.slices, 15, 0, RANGE, RANGE)
        for one in rows[::2]
        for key in ("body", "uniform")
    )
    sources = tuple(Source(one.source, "Stone", one.slices, 15, RANGE, 0.002) for one in rows[::2])
    beyond = Outside("closed-form", "Stone", 40, 12, 4, Interval(share, share, share), 0.375)
    return Looks(rows, known, sources, {"tumor-axial": "It isn't here."}, (beyond,), "kidney-4", "unseen")


def sanity(similarity: float) -> dict[str, Any]:
    row = {"cascading": [0.9, similarity], "independent": [0.9, 0.9], "slices": 6, "flat": 0.0}
    return {"depths": ["head", "all"], "squares": 6, "seed": 0, "methods": {"occlusion": row}}


def keep(bundle: Bundle, found: Looks, checked: dict[str, Any] | None = None) -> None:
    kept.keep(bundle, settings(), kept.LOCALISATION, found.located())
    kept.keep(bundle, settings(), kept.OUTSIDE, found.beyond())
    if checked:
        kept.keep(bundle, settings(), kept.SANITY, checked)


def shown(bundle: Bundle, case: Case, methods: tuple[str, ...] = ("closed-form",)) -> AppTest:
    at = AppTest.from_function(script, default_timeout=30)
    at.session_state["asked"] = Asked(case, bundle, Target("Stone"), methods)
    at.run()
    assert not at.exception
    return at


def text(at: AppTest) -> str:
    """All HTML of the view as words."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html(at))))


def html(at: AppTest) -> str:
    return " ".join(one.proto.body for one in at.get("html"))


def rows(at: AppTest) -> list[str]:
    """The tables' lines, as words."""
    found = re.findall(r"<tr.*?</tr>", html(at), re.S)
    return [unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one))).strip() for one in found]


def test_where_nothing_was_measured_the_command_is_there(bundle: Bundle, case: Case) -> None:
    at = shown(bundle, case)
    assert "was not measured yet" in at.info[0].value
    assert at.code[0].value == "python -m core explanations --model champion"
    assert not at.get("html")


def test_a_damaged_file_is_as_if_nothing_was_measured(bundle: Bundle, case: Case) -> None:
    whole = {"bundle": bundle.digest, "localisation": {"rows": "none"}, "outside": [], "sanity": 3}
    (bundle.path / kept.FILE).write_text(json.dumps(whole), encoding="utf-8")
    assert "was not measured yet" in shown(bundle, case).info[0].value


def test_methods_stand_above_the_maps_that_know_nothing(bundle: Bundle, case: Case) -> None:
    keep(bundle, looks())
    at = shown(bundle, case, ("occlusion",))
    lines = rows(at)
    order = [next(n for n, line in enumerate(lines) if line.startswith(name)) for name in (
        "Occlusion (3 flat)", "Grad-CAM, closed form", "Maps that know nothing", "Centre of the body",
        "Everywhere alike",
    )]  # fmt: skip
    assert order == sorted(order), "what is on the page comes first, baselines last"
    assert "25% (12% to 50%) worse than centre of the body" in lines[order[0]]
    assert NONE_ABOVE in text(at)
    assert "120 slices of 15 persons with Stone marked" in text(at)
    assert "tumor-axial was not measured\\: It isn't here." in at.caption[0].value


def test_another_source_is_one_choice_away(bundle: Bundle, case: Case) -> None:
    keep(bundle, looks())
    at = shown(bundle, case)
    choice: Any = at.get("button_group")[0]
    assert list(choice.options) == ["stone-coronal", "synthetic stone"]
    choice.set_value("synthetic stone").run()
    assert "20 slices of 15 persons" in text(at)


def test_a_method_that_finds_lesions_is_named(bundle: Bundle, case: Case) -> None:
    keep(bundle, looks(verdict=0.3))
    told = text(shown(bundle, case))
    assert "Better than every map that knows nothing: Grad-CAM, closed form on stone-coronal; " in told
    assert "and 1 more" in told and NONE_ABOVE not in told


def test_a_model_that_looks_outside_the_body_is_flagged_in_plain_words(bundle: Bundle, case: Case) -> None:
    keep(bundle, looks(share=0.4))
    told = text(shown(bundle, case))
    assert "For Stone, 40% of the heat lies outside the body (over 25% is flagged): the model uses" in told
    assert "over 25%" in next(line for line in rows(shown(bundle, case)) if line.startswith("Stone 40%"))
    keep(bundle, looks(share=0.2))
    told = text(shown(bundle, case))
    assert "Its heat lies on the body." in told and "is flagged" not in told


@pytest.mark.parametrize(("similarity", "words"), [(0.1, "another map (0.10)"), (0.8, "the same map (0.80)")])
def test_what_random_weights_do_stands_beside(
    similarity: float, words: str, bundle: Bundle, case: Case
) -> None:
    keep(bundle, looks(), sanity(similarity))
    at = shown(bundle, case)
    assert words in next(line for line in rows(at) if line.startswith("Occlusion"))
    assert "not checked" in next(line for line in rows(at) if line.startswith("Grad-CAM, closed form"))
    assert ("Occlusion shows much the same map" in text(at)) is (similarity > 0.5)


def test_foreign_words_are_shown_as_they_are(bundle: Bundle, case: Case) -> None:
    found = looks()
    told = {**found.beyond(), "dataset": MARKUP}
    kept.keep(bundle, settings(), kept.LOCALISATION, {**found.located(), "left_out": {MARKUP: MARKUP}})
    kept.keep(bundle, settings(), kept.OUTSIDE, told)
    at = shown(bundle, case)
    assert "<img" not in html(at) and "<img src=x onerror=alert(1)>" in text(at).replace("&lt;", "<")
    assert "\\*big\\*" in at.caption[0].value
