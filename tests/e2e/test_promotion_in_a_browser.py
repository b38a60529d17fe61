"""A page that stays open while somebody promotes, rolls back, or loses the champion."""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.config.settings import Settings
from core.models.bundle import LITERT
from tests.app.conftest import png
from tests.e2e.conftest import served
from tests.support.promoted import promote, shelved

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(200)]
WITHIN_MS = 5_000


def test_an_open_page_hears_of_a_promotion_a_rollback_and_a_lost_champion(
    browser: "Browser", tmp_path: Path, tiny: Path, request: pytest.FixtureRequest
) -> None:
    here = Settings(var=tmp_path / "var")
    champion = shelved(tiny, here, "v3", 2.0)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))

    def says(words: str, within: float = WITHIN_MS) -> None:
        page.locator(".head .model", has_text=re.compile(words)).wait_for(timeout=within)

    with served(tmp_path, request) as address:
        page.goto(f"{address}/review")
        says("^model: (?!champion)", 30_000)
        pictures = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": png(n)} for n in range(3)]
        page.set_input_files("input[type=file]", pictures)
        page.locator(".st-key-stepper", has_text="/ 3").wait_for(timeout=30_000)
        time.sleep(1)
        promote(champion, here)
        says("^model: champion v3")
        page.get_by_text("v3, version 0", exact=True).wait_for(timeout=WITHIN_MS)
        promote(None, here)
        says("^model: (?!champion)")
        promote(champion, here)
        says("^model: champion v3")
        (Path(champion.folder) / LITERT).write_bytes(b"x")
        page.locator(".st-key-standing", has_text="v3 can't be used.").wait_for(timeout=WITHIN_MS)
        says("^model: (?!champion)")
        page.locator(".st-key-stepper", has_text="/ 3").wait_for(timeout=WITHIN_MS)
    assert not problems
    context.close()
