"""The Train page's form, filled in and followed as a person does it."""

import re
from typing import TYPE_CHECKING

from core.config.settings import settings
from core.jobs import records
from core.jobs.job import Job

if TYPE_CHECKING:
    from playwright.sync_api import Page

TRAINED_MS = 240_000
FORM = {"Input size (pixels)": 64, "Step within a series (slices)": 1, "Batch size": 8}
"""What makes a run short, by the label a person reads."""


def start(page: "Page", address: str, title: str, of: str = "small", **more: int) -> str:
    """Fill the form in and start; the job's id."""
    page.goto(f"{address}/train?set={of}")
    for label, value in {**FORM, **more}.items():
        field = page.get_by_role("spinbutton", name=label, exact=True)
        field.fill(str(value))
        field.press("Enter")
    name = page.get_by_role("textbox", name="Title")
    name.fill(title)
    name.press("Enter")
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".tr-job-one h2", has_text=title).wait_for()
    found = re.search(r"job=([\w-]+)", page.url)
    assert found
    return found[1]


def finished(page: "Page", job: str) -> Job:
    """Wait until the page shows that a job has finished, with its figures."""
    page.locator(".tr-job-one.succeeded").wait_for(timeout=TRAINED_MS)
    figure = page.locator(".accuracy .honest .number").first
    figure.wait_for()
    assert re.fullmatch(r"[01]\.\d\d", figure.inner_text())
    made = records.read(job, settings())
    assert made.state == "succeeded"
    return made
