"""What a session keeps of explanations, and what it cancels."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from app.explain import explaining as module
from app.explain.explaining import Explaining, framed, result_of
from core.config.settings import Limits, Settings
from core.explain.cam import explanation
from core.explain.pool.pool import Patience, Pool
from core.explain.pool.works import KINDS, Work
from core.explain.values import Ask, Target
from core.inference.batch import Case, review
from core.inference.predictor import Predictor
from core.models.bundle import Bundle
from tests.app.conftest import png
from tests.explain.pool import doings

CLOSED = Ask("closed-form", Target("Stone"))
SLOW, OTHER = Ask("occlusion", Target("Stone")), Ask("occlusion", Target("Cyst"))


@pytest.fixture(scope="module")
def cases(predictor: Predictor) -> list[Case]:
    return list(review([(f"{n}.png", png(n, 96)) for n in range(3)], predictor, Limits()))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def bundle(predictor: Predictor) -> Bundle:
    return predictor.bundle


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> Iterator[Pool]:
    """A real one that is busy for a minute: what it is asked waits."""
    kinds = {**KINDS, "nap": doings.KINDS["nap"]}
    one = Pool(Settings(var=tmp_path_factory.mktemp("busy")), kinds, Patience(waiting=3))
    one.submit(Work("nap", bundle.path, bundle.digest, {"seconds": 60.0}), "somebody else")
    yield one
    one.stop()


@pytest.fixture
def here(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Explaining]:
    """A session of its own."""
    monkeypatch.setattr(module, "shared", lambda _: pool)
    one = Explaining()
    yield one
    one.forget()


def test_the_closed_form_is_over_at_once_and_is_the_answers_own(
    here: Explaining, cases: list[Case], bundle: Bundle
) -> None:
    task = here.map(cases[0], bundle, CLOSED)
    own = explanation(cases[0].prediction, CLOSED.target)
    assert task.over and np.array_equal(result_of(task).raw, own.raw)
    assert not here.waiting


def test_an_answer_of_another_model_is_not_this_ones_closed_form(
    here: Explaining, cases: list[Case], bundle: Bundle
) -> None:
    prediction = cases[0].prediction
    old = replace(prediction, model=replace(prediction.model, digest="0" * 64))
    assert not here.map(replace(cases[0], prediction=old), bundle, CLOSED).over
    assert here.waiting


def test_the_same_question_is_asked_once(here: Explaining, cases: list[Case], bundle: Bundle) -> None:
    first = here.map(cases[0], bundle, SLOW)
    assert here.map(cases[0], bundle, SLOW) is first
    assert here.map(cases[1], bundle, SLOW) is not first
    assert len(here.waiting) == 2
    assert result_of(first) is None
    square, placement = framed(cases[0], bundle)
    sent = first.work.arguments
    assert np.array_equal(sent["square"], square) and sent["placement"] == placement


def test_only_what_is_about_the_maps_on_the_screen_goes_on(
    here: Explaining, cases: list[Case], bundle: Bundle
) -> None:
    gone = [here.map(cases[0], bundle, SLOW), here.map(cases[1], bundle, OTHER)]
    stays = here.map(cases[1], bundle, SLOW)
    here.look_at(cases[1], bundle, [SLOW])
    assert [task.state for task in gone] == ["cancelled", "cancelled"]
    assert stays.state == "waiting" and here.waiting == [stays]
    assert here.map(cases[0], bundle, SLOW) is not gone[0]


def test_views_of_the_slice_on_the_screen_go_on_too(
    here: Explaining, cases: list[Case], bundle: Bundle
) -> None:
    made = explanation(cases[0].prediction, CLOSED.target)
    of_the_map, of_the_slice, of_the_model = (
        here.trust(cases[0], bundle, made),
        here.flip(cases[0], bundle),
        here.layers(bundle),
    )
    here.look_at(cases[0], bundle, [CLOSED])
    assert here.waiting == [of_the_map, of_the_slice, of_the_model]
    here.look_at(cases[0], bundle, [SLOW])
    assert here.waiting == [of_the_slice, of_the_model]
    here.look_at(cases[1], bundle, [SLOW])
    assert here.waiting == [of_the_model]


def test_too_much_waiting_is_a_sentence_and_not_kept(
    here: Explaining, cases: list[Case], bundle: Bundle
) -> None:
    for case in cases:
        here.map(case, bundle, SLOW)
    refused = here.map(cases[0], bundle, OTHER)
    assert refused.state == "failed" and refused.error.startswith("3 explanations are waiting already")
    here.look_at(cases[0], bundle, [OTHER])
    assert here.map(cases[0], bundle, OTHER).state == "waiting"


def test_what_was_stopped_stays_stopped_until_it_is_asked_for_again(
    here: Explaining, cases: list[Case], bundle: Bundle
) -> None:
    task = here.map(cases[0], bundle, SLOW)
    task.cancel()
    here.look_at(cases[0], bundle, [SLOW])
    assert here.map(cases[0], bundle, SLOW) is task
    here.again(task)
    assert here.map(cases[0], bundle, SLOW).state == "waiting"


def test_what_was_looked_at_last_is_kept_and_memory_is_bounded(
    here: Explaining, cases: list[Case], bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    square = framed(cases[0], bundle)[0].nbytes
    raw = np.zeros((320, 320), np.float32)
    monkeypatch.setattr(module, "KEPT_BYTES", 2 * raw.nbytes + square)
    made = replace(explanation(cases[0].prediction, CLOSED.target), raw=raw)
    tasks = []
    for case in cases:
        tasks.append(here.map(case, bundle, SLOW))
        tasks[-1].finish("done", made)
        if len(tasks) == 2:
            here.map(cases[0], bundle, SLOW)
    assert here.map(cases[0], bundle, SLOW) is tasks[0]
    assert here.map(cases[2], bundle, SLOW) is tasks[2]
    assert here.map(cases[1], bundle, SLOW) is not tasks[1]


def test_forgotten_nothing_goes_on(here: Explaining, cases: list[Case], bundle: Bundle) -> None:
    task = here.map(cases[0], bundle, SLOW)
    here.forget()
    assert task.state == "cancelled" and not here.waiting
