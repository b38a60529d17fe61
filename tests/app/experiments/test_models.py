"""The Models view, as a person meets it: which answers, the gate, promoting, going back."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.experiments import following, promoting
from core.config.settings import Settings, settings
from core.inference import standing
from core.jobs import records
from core.jobs.job import Job
from core.models.bundle import LITERT
from core.promotion import promote as promotion
from core.promotion.gate import WORKER, Check, Gate
from core.tracking import store
from core.tracking.registry.in_use import shelf
from core.tracking.registry.registry import Registry
from core.tracking.runs.values import Run
from tests.app.conftest import MAIN, Studio
from tests.tracking.conftest import template  # noqa: F401
from tests.tracking.registry.conftest import logged, made, variant  # noqa: F401

EXPERIMENTS = "../pages/experiments.py"
MARKUP = "<img src=x onerror=alert(1)>*big* [x](y) `c` :red[no]"
WHY = "better on small stones"


class Models(Studio):
    """Experiments at Models, in one session."""

    def __init__(self, **address: str) -> None:
        self.at = AppTest.from_file(str(MAIN), default_timeout=60)
        for name, value in {"view": "Models", **address}.items():
            self.at.query_params[name] = value
        self.at.switch_page(EXPERIMENTS).run()
        self.sound()

    def click(self, key: str) -> "Models":
        self.at.button(key=key).click().run()
        self.sound()
        return self

    def write(self, key: str, text: str) -> "Models":
        self.at.text_input(key=key).input(text).run()
        return self

    def has(self, key: str) -> bool:
        return any(one.key == key for one in self.at.button)

    def enabled(self, key: str) -> bool:
        return not self.at.button(key=key).disabled


@pytest.fixture
def bare(
    assets: Path,
    var: Path,
    tiny: Path,
    template: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Settings]:
    """The app with a shipped model and an empty database of runs."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (assets / "model").symlink_to(tiny)
    for sheet in settings().model_copy(update={"assets": MAIN.parents[1] / "assets"}).assets.glob("*.css"):
        if not (assets / sheet.name).exists():
            (assets / sheet.name).symlink_to(sheet)
    var.mkdir()
    shutil.copy(template, var / store.DATABASE)
    promoting.forget()
    yield settings()
    promoting.forget()


@pytest.fixture
def here(bare: Settings, made: tuple[Path, list[Run]]) -> Settings:  # noqa: F811
    """The same with v1, v2 and v3."""
    shutil.copy(made[0], bare.var / store.DATABASE)
    return bare


def measured(here: Settings, number: str, met: bool | None = True, said: str = "It was measured.") -> Gate:
    """A gate as a job leaves it."""
    version = Registry(here).version(number)
    now = standing.now(here, wait=True)
    gate = Gate(
        candidate=version.digest, champion=now.predictor.bundle.digest, champion_name=now.ref, at=time.time(),
        dataset="mine", slices=32, groups=8,
        checks=(
            Check(name="loads", title="Loads", met=True, sentence="It does."),
            Check(name="accuracy", title="As accurate", met=met, figure="0.612", limit="at most 0.10 less",
                  sentence=said),
        ),
    )  # fmt: skip
    job(here, number, version.digest, "succeeded", result={"gate": gate.model_dump(mode="json")})
    return gate


def job(here: Settings, number: str, digest: str, state: str, **told: object) -> str:
    own = f"20260101-0000{len(list((here.var / 'jobs').glob('*'))):02}-000000-abcd"
    place = here.var / "jobs" / own
    place.mkdir(parents=True)
    request = {"version": number, "digest": digest}
    records.keep(place, Job(id=own, worker=WORKER, request=request, state=state, ended=1.0, **told))
    return own


def test_before_anything_was_registered_it_says_what_to_do(bare: Settings) -> None:
    page = Models()
    assert "The shipped model answers" in page.text
    assert "No version was promoted so far" in page.text
    assert "No model can be promoted yet" in page.text
    assert not page.has("r_measure") and not page.has("r_back")


def test_versions_are_candidates_and_wait_to_be_measured(here: Settings) -> None:
    page = Models()
    assert page.at.selectbox(key="r-model").value == "v3"
    assert page.enabled("r_measure") and not page.has("r_promote")
    page.at.selectbox(key="r-model").select("v1").run()
    assert page.at.query_params["r_model"] in ("v1", ["v1"])


def test_a_link_names_the_candidate_and_one_that_is_gone_does_no_harm(here: Settings) -> None:
    assert Models(r_model="v2").at.selectbox(key="r-model").value == "v2"
    assert Models(r_model=MARKUP).at.selectbox(key="r-model").value == "v3"


def test_a_met_gate_is_promoted_and_rolled_back(here: Settings) -> None:
    measured(here, "2")
    page = Models(r_model="v2")
    assert "every line is met" in page.text and "32 slices of 8 patient blocks" in page.text
    page.click("r_promote")
    assert "Say who you are" in page.text and standing.now(here, wait=True).ref == "shipped"
    page.write("r_name", f"Ada {MARKUP}").write("r_why", WHY).click("r_promote")
    assert standing.now(here, wait=True).ref == "champion v2"
    assert "v2 answers" in page.text and WHY in page.text and "v2 promoted" in page.text
    assert MARKUP not in page.text
    page.click("r_back")
    assert "needs a reason" in page.text
    page.write("r_back_why", "it misses stones").click("r_back")
    assert "The shipped model answers" in page.text and "it misses stones" in page.text
    assert standing.now(here, wait=True).ref == "shipped"


@pytest.mark.parametrize(
    ("met", "said"),
    [(False, "not met"), pytest.param(None, "can't be measured", marks=pytest.mark.long)],
)
def test_what_is_not_met_is_promoted_only_with_a_reason(here: Settings, met: bool | None, said: str) -> None:
    measured(here, "1", met)
    page = Models(r_model="v1").write("r_name", "Ada")
    assert f"<em>{said}</em>" in page.text and "1 of 2 lines is not met" in page.text
    assert not page.enabled("r_promote")
    page.at.checkbox(key="r_override").check().run()
    page.click("r_promote")
    assert "needs a reason of at least 10 characters" in page.text
    page.write("r_why", WHY).click("r_promote")
    assert "v1 answers" in page.text and "although not met: As accurate" in page.text


def test_a_gate_against_another_champion_has_to_be_measured_again(here: Settings) -> None:
    measured(here, "2")
    gate = measured(here, "1")
    promotion.promote(Registry(here).version("1"), gate, "Ada", WHY, here)
    page = Models(r_model="v2")
    assert "another model answers by now" in page.text and not page.has("r_promote")


def test_a_failed_measurement_says_why(here: Settings) -> None:
    digest = Registry(here).version("3").digest
    job(here, "3", digest, "failed", reason=f"Memory ran out {MARKUP}.")
    page = Models(r_model="v3")
    assert "Memory ran out" in page.text and MARKUP not in page.text
    assert page.at.button(key="r_measure").label == "Measure again"


def test_a_result_that_nobody_understands_is_no_gate(here: Settings) -> None:
    job(here, "3", Registry(here).version("3").digest, "succeeded", result={"gate": {"met": True}})
    page = Models(r_model="v3")
    assert "could not be measured" in page.text and not page.has("r_promote")


def test_words_of_others_are_never_markup(here: Settings, tiny: Path, tmp_path: Path) -> None:
    measured(here, "2", False, MARKUP)
    run = logged(here, variant(tiny, tmp_path / "four", "four"), MARKUP * 10)
    page = Models(r_model="v2", runs=run.id[:8])
    assert MARKUP not in page.text
    chosen = Models(runs=run.id[:8])
    assert chosen.at.selectbox(key="r-model").value == run.id[:8] and MARKUP not in chosen.text


def test_a_damaged_champion_is_told_and_restored(here: Settings) -> None:
    promotion.promote(Registry(here).version("1"), measured(here, "1"), "Ada", WHY, here)
    folder = shelf(here) / Registry(here).version("1").digest
    (folder / LITERT).write_bytes(b"x")
    page = Models()
    assert "The shipped model answers: v1 can&#x27;t be used" in page.text
    page.click("r_restore")
    assert "v1 answers" in page.text and not page.has("r_restore")


def test_the_model_card_of_a_version_is_one_choice_away(here: Settings) -> None:
    Registry(here).bundle(Registry(here).version("2"))
    page = Models(r_card="v2")
    assert page.at.selectbox(key="r_card").value == "v2"
    assert "Not for diagnosis" in page.text


def test_a_challenger_is_made_and_called_off(here: Settings) -> None:
    page = Models(r_model="v2").write("r_name", "Ada").click("r_challenge")
    assert "v2 challenges" in page.text and not page.has("r_challenge")
    page.click("r_unchallenge")
    assert "No challenger any more" in page.text


def test_a_registry_that_is_away_still_says_what_answers(here: Settings) -> None:
    promotion.promote(Registry(here).version("1"), measured(here, "1"), "Ada", WHY, here)
    (here.var / store.DATABASE).write_bytes(b"no database at all")
    promoting.forget()
    page = Models()
    assert "v1 answers" in page.text and not page.has("r_promote")


def test_who_comes_second_is_told_although_the_button_is_gone(here: Settings) -> None:
    gate = measured(here, "2")
    page = Models(r_model="v2").write("r_name", "Ann")
    promotion.promote(Registry(here).version("2"), gate, "Bob", WHY, here)
    page.click("r_promote")
    assert "v2 answers already" in page.text and not page.has("r_promote")
    page.at.run()
    assert "v2 answers already" in page.text, "a page that draws itself anew doesn't take it back"


def test_an_alias_set_in_mlflow_is_followed_while_the_view_is_open(here: Settings) -> None:
    page = Models()
    following.following().wait(20)
    store.client(here).set_registered_model_alias(here.model_name, "champion", "3")
    following.following().again()
    page.at.run()
    following.following().wait(20)
    page.at.run()
    assert "v3 answers" in page.text and "another program" in page.text
    assert standing.now(here, wait=True).ref == "champion v3"
