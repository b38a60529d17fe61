"""Train as a person does it: a real server, a real browser, real trainings that outlive both."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.config.settings import settings
from core.data.ingest import ingest
from core.jobs import records
from tests.app.conftest import png
from tests.e2e.conftest import started
from tests.e2e.train_form import TRAINED_MS, finished, start
from tests.support.sets import write_set

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, shipped: Path) -> Iterator[Path]:
    """Where the app keeps what it has: the set "small", in var/."""
    made = tmp_path_factory.mktemp("train-server")
    patch = pytest.MonkeyPatch()
    patch.setenv("KCS_VAR", str(made / "var"))
    settings.cache_clear()
    ingest(write_set(tmp_path_factory.mktemp("raw"), patients=5, slices=3), "small", settings())
    yield made
    patch.undo()
    settings.cache_clear()


def model(page: "Page", words: str) -> None:
    page.locator(".head .model", has_text=re.compile(f"^{words}")).wait_for()


def test_from_the_form_to_a_model_that_answers_in_review_and_back(
    page: "Page", browser: "Browser", folder: Path, request: pytest.FixtureRequest
) -> None:
    from playwright.sync_api import expect

    with started(folder, request) as (address, _):
        job = start(page, address, "small steps", Epochs=4)
        page.locator(".tr-job-facts.running").wait_for()
        made = finished(page, job)
        assert made.result["epochs_done"] == 4
        page.locator(".tr-job-said", has_text="epoch 4/4").wait_for()
        page.locator(".js-plotly-plot .main-svg").nth(2).wait_for()

        # a colleague follows the link
        other = browser.new_context().new_page()
        other.goto(page.url)
        other.locator(".tr-job-one.succeeded h2", has_text="small steps").wait_for()
        other.context.close()

        page.get_by_role("button", name="Try it in Review").click()
        model(page, "on trial, not the model in use")
        assert f"model={job}" in page.url
        page.set_input_files(
            "input[type=file]", {"name": "one.png", "mimeType": "image/png", "buffer": png(1)}
        )
        answer = page.locator(".verdict-label", has_text=re.compile("^(Cyst|Normal|Declined)$"))
        answer.wait_for()
        classes = page.locator(".st-key-correction button[role=radio]")
        expect(classes).to_have_text(["Cyst", "Normal"])  # the choice is drawn after the answer

        page.get_by_role("button", name="Back to the model in use").click()
        model(page, "model: ")
        classes.filter(has_text="Tumor").wait_for()
        assert "model=" not in page.url


@pytest.mark.long
def test_a_training_outlives_the_app_that_started_it(
    page: "Page", folder: Path, request: pytest.FixtureRequest
) -> None:
    count = 150
    with started(folder, request) as (address, app):
        job = start(page, address, "survivor", **{"Epochs": count, "Patience (epochs)": 0})
        page.locator(".tr-job-said", has_text=re.compile(r"epoch \d+/")).wait_for(timeout=TRAINED_MS)
        app.send_signal(signal.SIGKILL)
        app.wait()
        at_kill = records.read(job, settings())
        assert at_kill.state == "running"
    with started(folder, request) as (address, _):
        page.goto(f"{address}/train?set=small&job={job}")
        page.locator(".tr-job-one h2", has_text="survivor").wait_for()
        made = finished(page, job)
    # the same worker, which lost nothing
    assert (made.pid, made.attempts) == (at_kill.pid, 1)
    assert made.result["epochs_done"] == count
