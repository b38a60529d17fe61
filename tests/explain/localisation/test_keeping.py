"""What is kept comes back as it was; what is damaged is as if it was never measured."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.explain import kept
from core.explain.localisation import keeping, words
from core.explain.localisation.intervals import Interval
from core.explain.localisation.keeping import Looks
from core.explain.localisation.outside import Outside
from core.explain.localisation.values import Ahead, Localisation, Source

RANGE = Interval(0.25, 0.125, 0.5)


def row(method: str = "closed-form", source: str = "stone-coronal", **changes: Any) -> Localisation:
    worse = Ahead("body", Interval(-0.25, -0.5, -0.125))
    found = Localisation(
        method, source, "Stone", 20, 15, 1, RANGE, RANGE, 0.125, worse, Ahead("uniform", RANGE), 12.5
    )
    return replace(found, **changes)


def known(method: str = "body", slices: int = 20) -> Localisation:
    return Localisation(method, "stone-coronal", "Stone", slices, 15, 0, RANGE, Interval(0.5, None, None))


def looks(**changes: Any) -> Looks:
    found = Looks(
        rows=(row(),),
        baselines=(known(),),
        sources=(Source("stone-coronal", "Stone", 20, 15, RANGE, 0.002),),
        left_out={"tumor-axial": "The model doesn't know the class Tumor."},
        outside=(Outside("closed-form", "Stone", 40, 12, 0, RANGE, 0.375),
                 Outside("closed-form", "Cyst", 40, 12, 40, None, 0.375)),
        dataset="kidney-4",
        standing="unseen",
    )  # fmt: skip
    return replace(found, **changes)


def sections(found: Looks) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(
        json.dumps({kept.LOCALISATION: found.located(), kept.OUTSIDE: found.beyond()}, allow_nan=False)
    )
    return whole


def test_it_comes_back_as_it_was() -> None:
    assert keeping.read(sections(looks())) == looks()
    assert keeping.read({}) == Looks()


DAMAGE: list[Any] = [
    None, [], "words", 7, {"rows": None}, {"rows": [None], "baselines": [], "sources": [], "left_out": {}},
    {"rows": [{}], "baselines": [], "sources": [], "left_out": {}, "dataset": "", "standing": ""},
    {"rows": "rows", "baselines": [], "sources": [], "left_out": {}, "dataset": "", "standing": "unseen"},
    {"rows": [], "baselines": [], "sources": [], "left_out": []},
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_section_costs_itself_alone(damage: Any) -> None:
    whole = sections(looks())
    without = keeping.read({**whole, kept.LOCALISATION: damage})
    assert without.rows == () and without.outside == looks().outside
    without = keeping.read({**whole, kept.OUTSIDE: damage})
    assert without.outside == () and without.rows == looks().rows


def test_an_interval_of_words_is_damage() -> None:
    whole = sections(looks())
    whole[kept.LOCALISATION]["rows"][0]["pointing"]["low"] = "a tenth"
    assert keeping.read(whole).rows == ()


def test_a_method_measured_again_takes_its_own_place_alone() -> None:
    before = looks(rows=(row(), row("occlusion"), row(source="tumor-axial")))
    again = row(slices=120)
    fresh = Source("stone-coronal", "Stone", 120, 73, RANGE, 0.002)
    after = keeping.with_rows(before, Looks((again,), (known(slices=120),), (fresh,)))
    assert {(one.method, one.source, one.slices) for one in after.rows} == {
        ("closed-form", "stone-coronal", 120), ("occlusion", "stone-coronal", 20),
        ("closed-form", "tumor-axial", 20),
    }  # fmt: skip
    assert {one.slices for one in after.baselines} == {20, 120}, "each method against its own slices"
    assert after.outside == before.outside
    only = keeping.with_rows(looks(), Looks((again,), (known(slices=120),), (fresh,)))
    assert {one.slices for one in only.sources} == {120}, "nobody's slices are dropped"


def test_all_of_it_is_said_in_words() -> None:
    told = "\n".join(words.lines(looks()))
    assert (
        "stone-coronal: 20 slices of 15 persons with Stone; the model answers Stone on 25% (12% to 50%)."
        in told
    )
    assert (
        "Grad-CAM, closed form on 20 of stone-coronal: peak on the lesion 25% (12% to 50%) worse than" in told
    )
    assert "better than everywhere alike, 1 flat." in told
    assert "tumor-axial was not measured: The model doesn't know the class Tumor." in told
    assert "Stone: 25% (12% to 50%) of the heat outside the body, 38% of the square is" in told
    assert "Cyst: no heat at all of the heat" not in told
    assert "FLAGGED" not in told


def test_a_flag_is_said_in_plain_words() -> None:
    flagged = Outside("closed-form", "Stone", 40, 12, 0, Interval(0.4, 0.3, 0.5), 0.3)
    assert words.flag(flagged).startswith(
        "For Stone, 40% of the heat lies outside the body (over 25% is flagged)"
    )
    assert words.flag(looks().outside[0]) == words.flag(looks().outside[1]) == ""


def test_a_method_of_a_later_version_is_shown_by_its_key() -> None:
    assert words.title("tea-leaves") == "tea-leaves"
    assert (words.title("occlusion"), words.title("random")) == ("Occlusion", "Random smooth maps")
