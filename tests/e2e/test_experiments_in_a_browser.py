"""From two trainings to the model that answers, and back: a real server, a real browser, real runs."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.config.settings import settings
from core.data.ingest import ingest
from tests.app.conftest import png
from tests.e2e.conftest import started
from tests.e2e.train_form import TRAINED_MS, finished, start
from tests.support.sets import write_set

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(600)]
IN_TIME_S = 5.0
"""For a promotion to reach pages and API."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, shipped: Path) -> Iterator[Path]:
    """Where the app keeps what it has: a small drawn set, in var/."""
    made = tmp_path_factory.mktemp("experiments-server")
    patch = pytest.MonkeyPatch()
    patch.setenv("KCS_VAR", str(made / "var"))
    patch.delenv("MLFLOW_TRACKING_URI", raising=False)
    settings.cache_clear()
    ingest(write_set(tmp_path_factory.mktemp("raw"), patients=6, slices=3), "small", settings())
    yield made
    patch.undo()
    settings.cache_clear()


def view(page: "Page", name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()


def answers(page: "Page", words: str) -> None:
    """The open Review page says which model answers, by itself, in time."""
    began = time.monotonic()
    page.locator(".head .model", has_text=re.compile(words)).wait_for(timeout=60_000)
    assert time.monotonic() - began < IN_TIME_S + 3, "the page heard of it late"


def test_two_trainings_are_compared_one_is_promoted_reviewed_with_and_taken_back(
    page: "Page", browser: "Browser", folder: Path, request: pytest.FixtureRequest
) -> None:
    from playwright.sync_api import expect

    with started(folder, request) as (address, _):
        jobs = []
        for title, epochs in (("four epochs", 4), ("eight epochs", 8)):
            jobs.append(start(page, address, title, Epochs=epochs))
            finished(page, jobs[-1])

        # from the jobs to their runs
        page.goto(f"{address}/train?set=small&compare={','.join(jobs)}")
        page.get_by_role("button", name="Compare in Experiments").click()
        page.wait_for_url(re.compile("/experiments"))
        # one fold of so small a set is less than five patient blocks: that is no ground for more
        page.get_by_text(re.compile("within chance|larger than chance|can.t be told")).first.wait_for()
        page.get_by_text("Training epochs").or_(page.get_by_text("Epochs", exact=True)).first.wait_for()

        # another browser has Review open meanwhile
        other = browser.new_context().new_page()
        other.goto(f"{address}/review")
        answers(other, "^model: shipped|^model: kidney")

        view(page, "Models")
        page.get_by_role("button", name="Measure", exact=True).click()
        page.locator(".r-gate").wait_for(timeout=TRAINED_MS)
        assert page.locator(".r-gate li").count() >= 7
        name = page.get_by_role("textbox", name="Your name")
        name.fill("A. Reader")
        name.press("Enter")
        # two classes against four: what can't be held against each other isn't met
        page.get_by_text("Promote it although not every line is met").click()
        why = page.get_by_role("textbox", name="Why").last
        why.fill("nothing else knows these two classes")
        why.press("Enter")
        page.get_by_role("button", name="Promote", exact=True).click()
        page.locator(".r-standing", has_text="v1").wait_for()
        answers(other, "champion v1")

        # a slice is answered by it, on the page that was open all the time
        other.set_input_files(
            "input[type=file]", {"name": "one.png", "mimeType": "image/png", "buffer": png(1)}
        )
        classes = other.locator(".st-key-correction button[role=radio]")
        expect(classes).to_have_text(["Cyst", "Normal"])

        page.get_by_text(re.compile("^Roll back to")).click()
        back = page.get_by_role("textbox", name="Why").first
        back.fill("only a test of the way back")
        back.press("Enter")
        page.get_by_role("button", name="Roll back", exact=True).click()
        page.locator(".r-standing", has_text=re.compile("shipped", re.IGNORECASE)).wait_for()
        answers(other, "^model: (?!champion)")
        # the slice on the screen is answered again, by what answers now
        classes.filter(has_text="Tumor").wait_for()
        other.context.close()
