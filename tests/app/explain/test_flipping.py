"""What would change it: looked for, found, not found, failed."""

import re
from dataclasses import replace

import numpy as np
import pytest

from app.components.explain.flipping import found, inside, nothing, said
from app.explain.asked import Asked
from core.domain import Placement
from core.explain.flip import Flip
from core.explain.values import Target
from core.inference.batch import Case
from core.inference.predictor import Predictor
from core.inference.words import percent
from tests.app.explain.conftest import Explain
from tests.support.scans import body, grey

VIEW = "What would change it"


def flipped(**changed: object) -> Flip:
    whole = Flip(10, 20, 38, 0.02, ("Stone", 0.82), ("Cyst", 0.51), 214)
    return replace(whole, **changed)


@pytest.fixture
def asked(predictor: Predictor) -> Asked:
    case = Case(scan := grey(body(200)), predictor.predict(scan))
    return Asked(case, predictor.bundle, Target(case.prediction.top[0]), ("closed-form",))


@pytest.mark.timeout(120)
def test_it_is_looked_for_and_found_or_not(explain: Explain) -> None:
    page = explain.open("a.png", e_view=VIEW)
    page.settled(60)
    label, probability = page.session.cases[0].prediction.top
    assert label in page.text and percent(probability) in page.text
    if "Blurring this" in page.text:
        assert "What the model saw with the patch blurred" in page.text
        assert int(re.search(r"smallest of (\d+) patches", page.text)[1]) <= 347
    else:
        assert "hangs on no single place" in page.text


def test_the_finding_is_one_sentence_with_both_answers(asked: Asked) -> None:
    words = re.sub(r"<[^>]+>", "", said(asked.case.prediction, flipped(), np.zeros((64, 64), np.uint8)))
    start = "Blurring this 38 x 38 pixel patch, 2 % of what the model saw, turns Stone 82 % into Cyst 51 %."
    assert words.startswith(start)
    assert "smallest of 214 patches tried" in words


def test_the_patch_is_outlined_on_the_slice_and_in_what_the_model_saw(asked: Asked) -> None:
    side = asked.case.prediction.placement.side
    one = flipped(left=asked.case.prediction.placement.left, top=asked.case.prediction.placement.top,
                  side=side // 4, share=1 / 16)  # fmt: skip
    html = found(asked, one)
    assert html.count("data:image/jpeg;base64,") == 2
    styles = re.findall(r"left:([\d.]+)%;top:([\d.]+)%;width:([\d.]+)%;height:([\d.]+)%", html)
    assert len(styles) == 2
    assert styles[1] == ("0.00", "0.00", "25.00", "25.00")
    assert all(float(left) + float(width) <= 100.01 for left, _, width, _ in styles)


def test_a_patch_that_reaches_past_the_slice_is_cut_off_at_its_edge(asked: Asked) -> None:
    html = found(asked, flipped(left=-30, top=180, side=60))
    assert "left:0.00%;top:90.00%;width:15.00%;height:10.00%" in html
    outside = found(asked, flipped(left=900, top=900, side=60))
    assert "width:0.00%;height:0.00%" in outside


def test_the_model_square_and_the_slice_name_the_same_patch() -> None:
    # a square of 640 slice pixels from (-40, 12) is 320 model pixels: two to one
    assert inside(flipped(left=0, top=52, share=(32 / 320) ** 2), Placement(-40, 12, 640, 500, 500), 320) == (
        20,
        20,
        32,
    )
    whole = inside(flipped(left=600, top=600, share=1.0), Placement(-40, 12, 640, 500, 500), 320)
    assert whole == (0, 0, 320)


def test_where_nothing_changes_it_that_is_said(asked: Asked) -> None:
    label, probability = asked.case.prediction.top
    words = re.sub(r"<[^>]+>", "", nothing(asked.case.prediction))
    assert words.startswith(
        f"No patch that was tried turns {label} {percent(probability)} into another class"
    )


def test_names_of_others_are_shown_as_they_are(asked: Asked) -> None:
    evil = '<img src=x onerror="alert(1)">' * 20
    html = found(asked, flipped(before=(evil, 0.8), after=("*Cyst*", 0.6)))
    assert "<img src=x" not in html
    assert "*Cyst*" in html
    prediction = replace(asked.case.prediction, labels=(evil, *asked.case.prediction.labels[1:]),
                         probabilities=(1.0, 0.0, 0.0, 0.0))  # fmt: skip
    assert "<img src=x" not in nothing(prediction)
