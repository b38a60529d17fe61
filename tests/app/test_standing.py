"""The champion on the pages: named, followed, and replaced by the shipped model where it can't be used."""

from pathlib import Path

import pytest

from core.config.settings import Settings, settings
from core.models.bundle import LITERT
from core.tracking.registry import in_use
from core.tracking.registry.in_use import Place
from tests.app.conftest import PAGES, Studio, png
from tests.app.test_model_choice import Review, answered_by
from tests.support.promoted import promote, shelved

FILES = [(f"s{n}.png", png(n)) for n in range(3)]


@pytest.fixture
def here(var: Path, studio: Studio) -> Settings:
    return settings()


@pytest.fixture
def place(here: Settings, tiny: Path) -> Place:
    """A champion to be, v3."""
    return shelved(tiny, here, "v3", 2.0)


def settled(page: Studio) -> Studio:
    """The page once it has run until there is nothing left to answer."""
    page.at.run()
    for _ in range(50):
        if page.session.intake is None:
            return page.sound()
        page.at.run()
    raise AssertionError("it never ended")


def digests(page: Studio) -> set[str]:
    return {case.prediction.model.digest for case in page.session.cases}


def test_the_heading_names_the_champion_and_its_version(studio: Studio, here: Settings, place: Place) -> None:
    promote(place, here)
    page = studio.go("review").sound()
    assert "model: champion v3 (v3, version 0), never measured on unseen patients" in page.text
    assert "on trial" not in page.text and not page.at.error
    page.upload(*FILES)
    assert digests(page) == {place.digest}
    assert "champion v3 is in use" in page.go("about").sound().text
    assert "Of the model in use, champion v3" in page.go("home").sound().text


def test_slices_of_an_open_page_are_answered_again_after_a_promotion_and_a_rollback(
    studio: Studio, here: Settings, place: Place
) -> None:
    page = studio.go("review").upload(*FILES)
    shipped, chosen = digests(page), page.session.chosen
    promote(place, here)
    assert digests(settled(page)) == {place.digest}
    assert len(page.session.cases) == 3 and page.session.chosen == chosen
    assert "champion v3" in page.text and "Another model gave" not in page.text
    promote(None, here)
    assert digests(settled(page)) == shipped and "champion" not in page.text


def test_a_batch_that_is_read_during_a_promotion_ends_with_answers_of_one_model(
    studio: Studio, here: Settings, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.components.progress.TURN", 0.0001)
    page = studio.go("review")
    page.at.file_uploader[0].set_value([(f"s{n}.png", png(n), "") for n in range(7)]).run()
    assert page.session.intake and 0 < len(page.session.cases) < 7
    promote(place, here)
    assert digests(settled(page)) == {place.digest}
    assert len(page.session.cases) == 7 and page.session.notice is None


def test_a_rollback_during_the_answering_starts_from_the_model_in_use(
    studio: Studio, here: Settings, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = studio.go("review").upload(*FILES)
    shipped = digests(page)
    monkeypatch.setattr("app.components.progress.TURN", 0.0001)
    promote(place, here)
    page.at.run()
    assert page.session.intake
    promote(None, here)
    assert digests(settled(page)) == shipped


def test_a_trial_goes_on_when_somebody_promotes_another_model(
    studio: Studio, here: Settings, place: Place, tiny: Path
) -> None:
    promote(shelved(tiny, here, "v9"), here, "challenger")
    page = Review("challenger").upload(*FILES)
    assert answered_by(page) == {"v9"} and "on trial, not the model in use: v9" in page.text
    promote(place, here)
    assert answered_by(settled(page)) == {"v9"}
    page.at.button(key="model-back").click().run()
    assert answered_by(settled(page)) == {"v3"}


def test_the_address_may_name_a_registered_model(studio: Studio, here: Settings, place: Place) -> None:
    promote(place, here)
    for ref in ("champion", "v3", "shipped"):
        page = Review(ref).sound()
        assert not page.at.error
        assert ("on trial" in page.text) == (ref == "shipped"), "what is in use anyway is on no trial"


def test_a_registered_model_that_is_not_there_is_a_sentence(studio: Studio, here: Settings) -> None:
    for ref, words in {"champion": "There is no champion", "v7": "registered version v7"}.items():
        (said,) = (one.value for one in Review(ref).sound().at.error)
        assert words in said and "The model in use answers instead." in said


DAMAGES = {
    "damaged": lambda here, place: (Path(place.folder) / LITERT).write_bytes(b"x"),
    "garbage": lambda here, place: (in_use.shelf(here) / in_use.FILE).write_text("{"),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_a_champion_that_can_not_be_used_is_said_on_every_page(
    studio: Studio, here: Settings, place: Place, what: str
) -> None:
    promote(place, here)
    page = studio.go("review").upload(*FILES)
    DAMAGES[what](here, place)
    assert place.digest not in digests(settled(page))
    for name in PAGES:
        (said,) = (one.value for one in page.go(name).sound().at.error)
        assert "The shipped model answers instead." in said and "Experiments, Models" in said
        assert ("champion v3" in said) == (what == "damaged")
    promote(None, here)
    assert not page.go("train").sound().at.error


def test_an_open_page_looks_whether_another_model_is_in_use_and_moves_only_then(
    studio: Studio, here: Settings, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.components import standing

    reruns = []
    monkeypatch.setattr(standing.st, "rerun", lambda: reruns.append(1))
    drawn = standing._now()
    look = standing._watch.__wrapped__
    look(drawn)
    assert reruns == []
    promote(place, here)
    look(drawn)
    assert reruns == [1]
    assert standing.EVERY_S < 5
