"""All slices together: too few, summed up, checked, stopped, failed."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.components.explain import batch, batch_list, batch_means
from app.explain.batch_checks import Checks
from app.explain.explaining import framed
from core.config.settings import settings
from core.domain import Reason
from core.explain import kept
from core.explain.batch import SIDE, Mean, mean_square
from core.explain.cam import explanation
from core.explain.faithfulness.checked import Checked, Sanity
from core.explain.pool.pool import shared
from core.explain.values import Target
from core.models.bundle import load
from tests.app.explain.conftest import Explain

VIEW = "All slices"
NAMES = ("a.png", "b.png", "c.png")


def answered(page: Explain) -> Explain:
    """As if the model had given every slice a class, whatever it thinks of these pictures."""
    now = page.session
    now.cases[:] = [
        replace(case, prediction=replace(case.prediction, label=case.prediction.top[0], reasons=()))
        for case in now.cases
    ]
    page.at.run()
    return page.sound()


def checked(page: Explain, seconds: float = 90.0) -> Explain:
    """Draw the page until the check is over."""
    end = time.monotonic() + seconds
    while any(one.going for one in page.at.session_state["ex-batch"].values()):
        assert time.monotonic() < end
        time.sleep(0.2)
        page.at.run()
    return page.sound()


def has(page: Explain, key: str) -> bool:
    return any(one.key == key for one in page.at.button)


def test_one_slice_is_too_few_and_it_says_what_to_do(explain: Explain) -> None:
    page = answered(explain.open("a.png", e_view=VIEW))
    assert "there is only one" in page.text
    page.at.button(key="ex-batch-add").click().run()
    assert page.sound().at.get("file_uploader")


def test_declined_slices_are_not_summed_up(explain: Explain) -> None:
    page = explain.open(*NAMES, e_view=VIEW)
    now, why = page.session, (Reason("unsure", "Unsure."),)
    now.cases[:] = [
        replace(case, prediction=replace(case.prediction, label=None, reasons=why)) for case in now.cases
    ]
    page.at.run()
    assert "None of the 3 slices was given a class" in page.sound().text
    assert not has(page, "ex-batch-go")


def test_mean_heat_says_how_many_slices_it_is_of(explain: Explain) -> None:
    page = answered(explain.open(*NAMES, e_view=VIEW))
    assert "3 of 3 slices were given a class" in page.text
    counts = [int(one) for one in re.findall(r"</b> (\d+) slices?<", page.text)]
    assert len(counts) + page.text.count(">No slice<") == 4
    assert sum(counts) == 3
    assert "None checked so far." in page.text
    assert shared(settings()).pid is None, "nothing slow is done unasked"


@pytest.mark.timeout(180)
def test_maps_are_checked_when_asked_and_lead_to_their_slices(explain: Explain) -> None:
    page = answered(explain.open(*NAMES, e_view=VIEW))
    page.at.button(key="ex-batch-go").click().run()
    assert has(page, "ex-batch-stop")
    assert "maps checked" in str([one.proto.text for one in page.at.get("progress")])
    checked(page)
    assert "Most trustworthy" in page.text and "3 maps checked" in page.text
    assert "of random maps" in page.text
    first = page.session.cases[0].scan.digest
    last = next(
        one for one in page.at.button if one.key.startswith("ex-batch-to-") and not one.key.endswith(first)
    )
    last.click().run()
    page.sound()
    assert page.session.chosen == last.key.removeprefix("ex-batch-to-")
    assert "3 maps checked" in page.text, "what was measured is kept"


@pytest.mark.timeout(120)
def test_it_can_be_stopped_and_goes_on_where_it_was(explain: Explain) -> None:
    page = answered(explain.open(*NAMES, e_view=VIEW))
    page.at.button(key="ex-batch-go").click().run()
    page.at.button(key="ex-batch-stop").click().run()
    page.sound()
    assert not has(page, "ex-batch-stop") and has(page, "ex-batch-go")
    assert not page.at.session_state["explaining"].waiting


@pytest.mark.timeout(120)
def test_what_fails_is_a_sentence_and_can_be_tried_again(explain: Explain) -> None:
    page = answered(explain.open(*NAMES, e_view=VIEW))
    now: Checks = next(iter(page.at.session_state["ex-batch"].values()))
    page.at.button(key="ex-batch-go").click().run()
    _, task = now._under_way
    task.finish("failed", error="The process that explains ended.")
    page.at.run()
    assert "The process that explains ended." in page.sound().text
    assert has(page, "ex-batch-go") and not now.going


def test_a_model_whose_maps_failed_the_randomisation_check_is_said_to_have(
    copied: Callable[[], Path], var: Path
) -> None:
    bundle = load(copied())
    assert batch.warning(bundle) == ""
    for similarity, said in ((0.1, ""), (0.9, "can't be believed for this model")):
        row = Checked((similarity,), (similarity,), 8)
        kept.keep(bundle, settings(), kept.SANITY, Sanity(("head",), {"closed-form": row}, 8, 0).to_json())
        assert said in batch.warning(bundle)
        assert bool(batch.warning(bundle)) == bool(said)


def mean(label: str, heat: float, count: int, flat: int = 0) -> Mean:
    return Mean(label, np.full((SIDE, SIDE), heat, np.float32), count, flat)


BELOW = {label: np.full((SIDE, SIDE), 90, np.uint8) for label in ("Cyst", "Stone", "<b onclick=x>")}


def test_each_class_has_its_own_peak_over_its_own_mean_slice() -> None:
    classes = [mean("Cyst", 0.2, 5), mean("Stone", 0.4, 3, 1), mean("Tumor", 0, 0)]
    html = batch_means.drawn(classes, BELOW, 12, "inferno")
    assert "peak 0.20" in html and "peak 0.40" in html
    assert "8 of 12 slices were given a class; 12 % of their maps are flat and left out." in html
    assert "3 slices, 1 flat" in html
    assert html.count("<img") == 2 and "No slice" in html
    # a class whose mean is fainter is drawn as bright: the scale is its own
    assert len({one.split('"')[0] for one in html.split('src="')[1:]}) == 1


def test_where_all_maps_are_flat_there_is_no_scale() -> None:
    html = batch_means.drawn([mean("Cyst", 0, 4, 4)], BELOW, 4, "viridis")
    assert "All flat" in html and "100 % of their maps are flat" in html
    assert "<img" not in html and "legend" not in html


def test_the_mean_slice_is_of_the_class_alone(explain: Explain) -> None:
    page = answered(explain.open(*NAMES))
    bundle = load(settings().shipped_bundle)
    found = [(case, explanation(case.prediction, Target(label)))
             for case, label in zip(page.session.cases, ("Cyst", "Stone", "Stone"), strict=True)]  # fmt: skip
    below = batch_means.greys(found, bundle)
    assert set(below) == {"Cyst", "Stone"}
    alone = framed(page.session.cases[0], bundle)[0]
    np.testing.assert_array_equal(below["Cyst"], mean_square([alone]))


def test_long_names_and_markup_stay_names() -> None:
    assert len(batch_list._named("x" * 500)) <= batch_list.NAME
    assert batch_list._named("**a** [b](c)") == r"\*\*a\*\* \[b\](c)"
    assert batch_list._named("   ") == "slice"
    html = batch_means.drawn([mean("<b onclick=x>", 0.5, 2)], BELOW, 2, "inferno")
    assert "<b onclick" not in html
