"""The view of the nearest training slices in each of its states, on a real bundle and a real data set."""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.components.explain import nearest_words as words
from app.explain.asked import Asked
from core.config.settings import Limits, Settings, settings
from core.data.manifest import Row
from core.domain import Reason
from core.explain.nearest import Near, Opinion, Reliability
from core.explain.values import Target
from core.imaging.decode import decode
from core.inference.batch import Case
from core.inference.predictor import Predictor
from core.models import neighbours
from core.models.bundle import REFERENCE, Bundle, Thresholds, load, write_card
from core.models.neighbours import FILE, Neighbour
from core.models.reference import Reference
from tests.app.explain.conftest import Explain
from tests.support import candidates
from tests.support.scans import png

MARKUP = "<img src=x onerror=alert(1)>*big* `c` " + "long " * 100


@dataclass(frozen=True)
class World:
    """A data set, and a bundle whose reference was fitted to its slices."""

    var: Path
    bundle: Path
    rows: Sequence[Row]
    data: Sequence[bytes]


def script() -> None:
    """The view as the page draws it."""
    import streamlit as st

    from app.components.explain import nearest
    from app.messages import guarded

    with guarded():
        nearest.show(st.session_state["asked"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> World:
    place = tmp_path_factory.mktemp("nearest")
    here = Settings(var=place / "var")
    rows = candidates.write(here, tiny)
    folder = here.var / "data" / candidates.DATASET
    (folder / "slices.csv").touch()
    data = [(folder / row.path).read_bytes() for row in rows]
    bundle = candidates.variant(tiny, place / "model", seen=[row.sha256 for row in rows])
    predictor = Predictor(load(tiny), threads=1, interpreters=1)
    scans = [decode(one, "slice", Limits())[0] for one in data]
    features = np.stack([predictor.features(one) for one in scans])
    Reference.fit(features, 8).save(
        bundle / REFERENCE, predictor._kernel, predictor._bias, [row.sha256 for row in rows]
    )
    write_card(bundle, load(tiny).card.model_copy(update={"data": {"name": candidates.DATASET}}))
    neighbours.save(bundle, [Neighbour(row.sha256, row.label, row.series, row.group) for row in rows])
    return World(here.var, bundle, rows, data)


@pytest.fixture
def var(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data set where the app looks for it, to be changed by the test."""
    copy = shutil.copytree(world.var, tmp_path / "var")
    monkeypatch.setenv("KCS_VAR", str(copy))
    settings.cache_clear()
    yield Path(copy)
    settings.cache_clear()


@pytest.fixture
def changed(world: World, tmp_path: Path) -> Callable[[Sequence[Neighbour]], Path]:
    """The bundle with other slices named."""

    def make(several: Sequence[Neighbour]) -> Path:
        copy = Path(shutil.copytree(world.bundle, tmp_path / "model"))
        neighbours.save(copy, several)
        return copy

    return make


def asked(bundle: Bundle, data: bytes) -> Asked:
    scan = decode(data, "mine.png", Limits())[0]
    answer = Predictor(bundle, threads=1, interpreters=1).predict(scan)
    return Asked(Case(scan, answer), bundle, Target(answer.top[0]), ("closed-form",))


def drawn(given: Asked) -> AppTest:
    at = AppTest.from_function(script, default_timeout=30)
    at.session_state["asked"] = given
    at.run()
    assert not at.exception
    return at


def html(at: AppTest) -> str:
    return "\n".join(str(getattr(element, "value", "")) for element in at.get("html"))


def read(at: AppTest) -> str:
    """The same as a person reads it."""
    return unescape(html(at))


def captions(at: AppTest) -> str:
    return "\n".join(one.value for one in at.caption)


STRANGER = png(candidates.blob(5_000))


def test_a_bundle_from_before_says_how_to_get_one_that_can(tiny: Path, var: Path) -> None:
    at = drawn(asked(load(tiny), STRANGER))
    assert [one.value for one in at.info] == [words.NO_LIST]
    assert "Train again" in words.NO_LIST
    assert not at.get("html")


def test_an_address_leads_to_it(explain: Explain) -> None:
    page = explain.open("a.png", e_view="Nearest slices")
    assert words.NO_LIST in page.text


def test_neighbours_stand_beside_the_slice_with_their_pictures(world: World, var: Path) -> None:
    given = asked(load(world.bundle), STRANGER)
    at = drawn(given)
    text = html(at)
    assert text.count("<figure") == 1 + 8
    assert text.count('src="data:image/jpeg;base64,') == 1 + 8
    assert "not on this machine" not in text
    named = re.findall(r"slice ([0-9a-f]{8})</span>", text)
    assert len(set(named)) == 8 and set(named) <= {row.sha256[:8] for row in world.rows}
    blocks = {row.sha256[:8]: row.group for row in world.rows}
    assert all(f"block {blocks[one]}" in text for one in named)
    similar = [float(one) for one in re.findall(r"<u>(-?\d\.\d\d)</u>", text)]
    assert similar == sorted(similar, reverse=True) and max(similar) <= 1
    assert "of the 8 nearest training slices are" in text or "name no class" in text
    assert re.search(r"from 8 series of [3-8] patient blocks\.", text), (
        "each slice is a series of its own here"
    )
    assert "it names the right class for" in captions(at)
    assert "Ingest" not in captions(at)
    for private in (str(var), *(Path(row.path).name for row in world.rows)):
        assert private not in text + captions(at), "no paths, no file names"
    assert not at.toggle, "nobody knows whose slice it is"


def test_without_the_data_set_labels_and_series_are_shown_and_how_to_see_more(
    world: World, var: Path
) -> None:
    shutil.rmtree(var / "data")
    at = drawn(asked(load(world.bundle), STRANGER))
    assert html(at).count("not on this machine") == 8
    assert html(at).count("<img") == 1
    assert "Ingest mine on the Data page" in captions(at)


def test_a_slice_that_was_changed_or_is_gone_costs_only_its_picture(world: World, var: Path) -> None:
    folder = var / "data" / candidates.DATASET
    before = html(drawn(asked(load(world.bundle), STRANGER)))
    first, second = re.findall(r"slice ([0-9a-f]{8})</span>", before)[:2]
    paths = {row.sha256[:8]: folder / row.path for row in world.rows}
    paths[first].write_bytes(STRANGER)
    paths[second].unlink()
    os.utime(folder / "manifest.csv")
    import streamlit as st

    st.cache_resource.clear()
    at = drawn(asked(load(world.bundle), STRANGER))
    assert html(at).count("not on this machine") == 2
    assert "Ingest" not in captions(at)


def test_a_slice_it_was_trained_on_gets_the_opinion_of_others(world: World, var: Path) -> None:
    own = world.rows[5]
    at = drawn(asked(load(world.bundle), world.data[5]))
    text = html(at)
    assert text.index("trained on this very slice") < text.index("nearest training slice")
    assert "its own patient block are left out" in text
    assert f"slice {own.sha256[:8]}" not in text and f"block {own.group}<" not in text
    at.toggle(key="e_other_blocks").set_value(False).run()
    assert not at.exception
    text = html(at)
    assert f"slice {own.sha256[:8]}" in text and "<u>1.00</u>" in text
    assert "may be among them" in text


def test_a_patient_it_was_trained_on_is_known_by_the_data_set(
    world: World, var: Path, changed: Callable[[Sequence[Neighbour]], Path]
) -> None:
    """The slice itself isn't among those that are kept, but others of its block are."""
    other = hashlib.sha256(b"another").hexdigest()
    several = [Neighbour(row.sha256, row.label, row.series, row.group) for row in world.rows]
    folder = changed([Neighbour(other, *(one.label, one.series, one.group)) if at == 5 else one
                      for at, one in enumerate(several)])  # fmt: skip
    text = read(drawn(asked(load(folder), world.data[5])))
    assert "its own patient block are left out" in text
    assert f"block {world.rows[5].group}<" not in text
    shutil.rmtree(var / "data")
    text = read(drawn(asked(load(folder), world.data[5])))
    assert "isn't known here" in text, "the bundle alone doesn't say whose slice it is"


def test_only_its_own_patient_is_kept(
    world: World, var: Path, changed: Callable[[Sequence[Neighbour]], Path]
) -> None:
    folder = changed([Neighbour(row.sha256, row.label, "S1", "P1") for row in world.rows])
    at = drawn(asked(load(folder), world.data[5]))
    assert "No other training slice is kept in the bundle" in html(at)
    assert "<figure" not in html(at)


def test_foreign_names_are_shown_as_they_are(
    world: World, var: Path, changed: Callable[[Sequence[Neighbour]], Path]
) -> None:
    folder = changed([Neighbour(row.sha256, MARKUP, MARKUP, MARKUP + row.group) for row in world.rows])
    card = load(folder).card
    write_card(folder, card.model_copy(update={"data": {"name": MARKUP}}))
    shutil.rmtree(var / "data")
    at = drawn(asked(load(folder), STRANGER))
    assert "<img src=x" not in html(at) and "&lt;img src=x" in html(at)
    assert "long long long long long long" not in read(at).partition("<ul")[0], "sentences stay short"
    assert "*big*" not in captions(at) and "\\*big\\*" in captions(at)


def test_a_list_of_another_bundle_is_a_sentence(world: World, var: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(world.bundle, tmp_path / "model"))
    with np.load(copy / REFERENCE) as arrays:
        np.savez(copy / REFERENCE, **{**arrays, "seen": np.ones(1, np.uint64)})
    write_card(copy, load(world.bundle).card)
    at = drawn(asked(load(copy), STRANGER))
    (error,) = at.error
    assert f"{FILE} in the model bundle" in error.value and "belongs to another bundle" in error.value


def test_far_from_everything_even_the_nearest_are_not_near(world: World, var: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(world.bundle, tmp_path / "model"))
    limits = Thresholds(unsure=0.3, distance=1e-6)
    write_card(copy, load(copy).card.model_copy(update={"thresholds": limits}))
    at = drawn(asked(load(copy), STRANGER))
    assert "so even the nearest are not near" in read(at)
    assert "The model gives no answer for this slice; its most probable class is" in read(at)


def opinion(*labels: str) -> Opinion:
    near = (Near(Neighbour(f"{at:064x}", label, f"s{at // 2}", "P1"), 0.5) for at, label in enumerate(labels))
    return Opinion(tuple(near), 0.4)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (
            ("Stone", "Cyst", "Stone", "Stone"),
            "3 of the 4 nearest training slices are Stone; the 4 are from 2 series of 1 patient block.",
        ),
        (
            ("Stone", "Cyst", "Stone", "Cyst", "Normal"),
            "The 5 nearest training slices name no class: Stone and Cyst have 2 each, from 3 series of "
            "1 patient block.",
        ),
        (
            ("Stone", "Cyst", "Normal"),
            "The 3 nearest training slices name no class: Stone, Cyst and Normal have 1 each, from 2 series "
            "of 1 patient block.",
        ),
        (("Stone",), "The nearest training slice is Stone; there is no other."),
        ((), "No other training slice is kept in the bundle, so there is nothing to lay beside this one."),
    ],
)
def test_the_vote_in_words(labels: Sequence[str], said: str) -> None:
    assert words.vote(opinion(*labels)) == said


def test_agreement_in_words(world: World) -> None:
    answer = asked(load(world.bundle), STRANGER).case.prediction
    label = answer.top[0]
    other = next(one for one in answer.labels if one != label)
    given = replace(answer, label=label, reasons=())
    declined = replace(answer, label=None, reasons=(Reason("unsure", "It is unsure."),))
    assert words.agreement(given, opinion(label)) == f"The model answers {label} too."
    said = f"They don't agree with the model, which answers {label}."
    assert words.agreement(given, opinion(other)) == said
    assert words.agreement(given, opinion(label, other)) == f"The model answers {label}."
    assert words.agreement(given, opinion()) == ""
    assert words.agreement(declined, opinion(label)).startswith("The model gives no answer for this slice")


def test_how_far_to_trust_it_in_words(world: World) -> None:
    card = load(world.bundle).card
    found = Reliability({"Stone": 1, "Cyst": 2}, {"Cyst": 3, "Stone": 3})
    said = words.trust(found, card)
    assert "asked about 6 training slices" in said
    assert "right class for 50 % (Cyst 2 of 3, Stone 1 of 3)" in said
    tuned = {"name": "mine", "params": {"training": {"fit": "epochs", "unfreeze": "top"}}}
    assert words.trust(found, card.model_copy(update={"data": tuned})).endswith("so that is too good.")
    assert "can't be measured" in words.trust(Reliability({}, {}), card)
