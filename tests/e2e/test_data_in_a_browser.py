"""Data as a person does it: a real server, a real browser, real jobs, real bytes in and out."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import served
from tests.support.sets import write_set

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser
TABS = {
    "Report": ".finding", "Classes and sizes": ".js-plotly-plot .main-svg", "Slices": ".tile img",
    "Series": ".film output", "Duplicates": ".copies", "Groups and split": ".js-plotly-plot .main-svg",
    "Edits": "[data-testid=stCaptionContainer]",
}  # fmt: skip
"""The views, and what shows that one is drawn."""
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app without any data set: this page has things to say then."""
    with served(tmp_path_factory.mktemp("data-server"), request) as address:
        yield address


def zipped(folder: Path, **kwargs: object) -> bytes:
    write_set(folder, **kwargs)  # type: ignore[arg-type]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*.png")):
            archive.write(path, path.relative_to(folder))
    return packed.getvalue()


def upload(page: "Page", form: "Page | Locator", name: str, data: bytes) -> None:
    """Fill the form in, on the page or in the dialog, and send it."""
    form.get_by_role("radio", name="Upload a zip").click()
    form.locator("input[type=file]").set_input_files(
        {"name": f"{name}.zip", "mimeType": "application/zip", "buffer": data}
    )
    form.get_by_text(f"{name}.zip").wait_for()
    form.get_by_role("button", name="Ingest", exact=True).click()


def dialog(page: "Page") -> "Locator":
    page.get_by_role("button", name="Ingest", exact=True).first.click()
    found = page.get_by_role("dialog")
    found.wait_for()
    return found


def bring(page: "Page", server: str, name: str, data: bytes) -> None:
    """Show a set, which is ingested once for all tests."""
    page.goto(f"{server}/data?set={name}")
    page.get_by_role("button", name="Ingest", exact=True).first.wait_for()
    if page.locator(".set-verdict h2", has_text=f"{name} is ").count():
        return
    empty = page.get_by_role("heading", name="Your slices").count()
    upload(page, page if empty else dialog(page), name, data)
    verdict(page, name)


def verdict(page: "Page", name: str) -> None:
    page.locator(".set-verdict h2", has_text=re.compile(f"^{re.escape(name)} is ")).wait_for()
    page.locator(".leaks").wait_for()


def idle(page: "Page") -> None:
    page.locator(".job").wait_for(state="detached")


def manifest(page: "Page") -> dict[str, dict[str, str]]:
    """The manifest as it is exported, by path."""
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Manifest (CSV)").click()
    page.keyboard.press("Escape")
    text = download.value.path().read_text(encoding="utf-8")
    return {row["path"]: row for row in csv.DictReader(io.StringIO(text))}


def tab(page: "Page", name: str) -> None:
    page.get_by_role("tab", name=name).click()
    page.get_by_role("tab", name=name, selected=True).wait_for()


def test_a_running_job_is_seen_by_all_and_stopped_by_one(
    page: "Page", browser: "Browser", server: str
) -> None:
    page.goto(f"{server}/data")
    page.get_by_role("heading", name="Your slices").wait_for()
    page.get_by_role("button", name="Ingest the synthetic set").click()
    page.get_by_text("Ingesting synthetic").wait_for()
    page.locator(".job-words", has_text="drawing slices").wait_for()
    before = page.locator(".job progress").evaluate("bar => bar.value")

    # another page and back: it still runs, and fell back nowhere
    page.get_by_role("link", name="About").click()
    page.get_by_role("tab", name="Limits").wait_for()
    page.get_by_role("link", name="Data").click()
    page.get_by_text("Ingesting synthetic").wait_for()
    assert page.locator(".job progress").evaluate("bar => bar.value") >= before

    # a colleague sees it, and may stop it
    other = browser.new_context().new_page()
    other.goto(f"{server}/data")
    other.get_by_text("Ingesting synthetic").wait_for()
    assert other.get_by_role("button", name="Ingest the synthetic set").is_disabled()
    other.get_by_role("button", name="Stop").click()
    for one in (page, other):
        one.get_by_test_id("stAlert").filter(has_text="synthetic").wait_for()
        idle(one)
        one.get_by_role("heading", name="Your slices").wait_for()
    other.context.close()
    page.get_by_role("button", name="Dismiss").click()
    page.get_by_test_id("stAlert").wait_for(state="detached")


def test_from_an_empty_page_to_a_verdict(
    page: "Page", browser: "Browser", server: str, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    page.goto(f"{server}/data")
    page.get_by_role("heading", name="Your slices").wait_for()
    upload(page, page, "small", zipped(tmp_path, patients=5))
    page.get_by_text("Ingesting small").wait_for()
    verdict(page, "small")
    page.wait_for_url("**set=small**")
    expect(page.get_by_text("40 slices, 2 classes, ")).to_be_visible()
    expect(page.locator(".leaks-name").first).to_contain_text("Random split")
    expect(page.locator(".leaks-name").last).to_contain_text("Grouped split")
    other = browser.new_context().new_page()
    other.goto(page.url)
    verdict(other, "small")
    other.context.close()


def test_what_cannot_be_ingested_is_said_and_the_page_stays(
    page: "Page", server: str, tmp_path: Path
) -> None:
    bring(page, server, "small", zipped(tmp_path / "small", patients=5))
    upload(page, dialog(page), "lonely", zipped(tmp_path / "lonely", classes=("Cyst",)))
    said = page.get_by_test_id("stAlert").filter(has_text="lonely")
    said.wait_for()
    assert "at least two folders" in said.inner_text()
    assert "Traceback" not in page.locator("body").inner_text()
    verdict(page, "small")


def test_the_dialog_is_left_by_escape_and_all_in_it_has_a_name(
    page: "Page", server: str, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    bring(page, server, "small", zipped(tmp_path, patients=5))
    form = dialog(page)
    form.get_by_role("radio", name="Path on this server").click()
    for role, name in (("textbox", "Folder or .zip"), ("combobox", "Classes"), ("textbox", "Name"),
                       ("checkbox", "Add to a set that is there")):  # fmt: skip
        # while the form changes over, the old field may stand beside the new one for a moment
        expect(form.get_by_role(role, name=name, exact=True)).to_have_count(1)  # type: ignore[arg-type]
    form.get_by_role("textbox", name="Name", exact=True).fill("half typed")
    page.keyboard.press("Escape")
    form.wait_for(state="detached")
    page.wait_for_function("document.activeElement.innerText?.includes('Ingest')")
    verdict(page, "small")


def test_an_edit_is_in_the_split_and_can_be_undone(page: "Page", server: str, tmp_path: Path) -> None:
    bring(page, server, "small", zipped(tmp_path, patients=5))
    before = manifest(page)
    tab(page, "Slices")
    page.locator(".tile").nth(0).click()
    label = page.locator(".st-key-gallery-one").get_by_role("combobox")
    label.scroll_into_view_if_needed()  # a list that is open closes where the page scrolls
    page.wait_for_timeout(300)
    label.click()
    page.locator("[role=option]:not(.tile)", has_text="Normal").click()
    page.get_by_role("button", name="Relabel").click()
    page.locator(".cls.big", has_text="was Cyst").wait_for()
    page.locator(".tile").nth(9).click()
    page.locator(".facts dd", has_text="Cyst (10).png").wait_for()
    page.get_by_role("button", name="Exclude", exact=True).click()
    page.locator(".cls.big", has_text="excluded").wait_for()

    page.get_by_role("button", name="Measure again").first.click()
    page.get_by_text("Measuring small").wait_for()
    idle(page)
    after = manifest(page)
    first, tenth = (next(path for path in before if path.endswith(f"Cyst ({one}).png")) for one in (1, 10))
    assert set(before) - set(after) == {tenth}
    assert [path for path in after if after[path]["label"] != before[path]["label"]] == [first]
    assert after[first]["label"] == "Normal"

    tab(page, "Edits")
    page.get_by_text("1 slice relabelled, 1 slice excluded").wait_for()
    page.get_by_role("button", name="Undo all").click()
    page.get_by_text("Nothing was changed.").wait_for()
    page.get_by_role("button", name="Measure again").click()
    page.get_by_text("Measuring small").wait_for()
    idle(page)
    said = {path: row["label"] for path, row in manifest(page).items()}
    assert said == {path: row["label"] for path, row in before.items()}


def test_a_film_steps_by_key_and_rests_where_it_was_left(page: "Page", server: str, tmp_path: Path) -> None:
    bring(page, server, "small", zipped(tmp_path, patients=5))
    tab(page, "Series")
    place = page.locator(".film output")
    place.wait_for()
    count = int(place.inner_text().split()[-1])
    assert count > 3
    page.locator(".stage").focus()
    steps = {
        "ArrowRight": 2,
        "ArrowDown": 3,
        "ArrowLeft": 2,
        "End": count,
        "Home": 1,
        "PageDown": min(11, count),
    }
    for key, at in steps.items():
        page.keyboard.press(key)
        assert place.inner_text() == f"{at} of {count}", key
    name = page.locator(".film .name").inner_text()
    page.locator(".facts dd", has_text=name).wait_for()
    tab(page, "Report")
    tab(page, "Series")
    place.wait_for()
    assert page.locator(".film .name").inner_text() == name


def test_a_folder_name_is_never_markup_and_nothing_scrolls_sideways(
    page: "Page", server: str, tmp_path: Path
) -> None:
    bring(page, server, "odd", zipped(tmp_path, classes=("Cyst", MARKUP)))
    page.set_viewport_size({"width": 390, "height": 844})
    for name, drawn in TABS.items():
        tab(page, name)
        page.locator(drawn).first.wait_for()
        page.wait_for_timeout(300)
        assert (
            page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth - main.clientWidth") == 0
        ), name
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        assert not page.locator("img[src=x]").count(), name
    tab(page, "Slices")
    page.locator(".tile .label", has_text=MARKUP).first.wait_for()
