"""Review as a person does it: a real server, a real browser, real bytes in and out."""

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from core.inference.words import DISCLAIMER
from tests.app.conftest import png

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
LABELS = "Cyst|Normal|Stone|Tumor"


@pytest.fixture
def page(page: "Page", server: str) -> "Page":
    page.goto(f"{server}/review")
    page.wait_for_selector("input[type=file]", state="attached")
    return page


def upload(page: "Page", *files: tuple[str, bytes]) -> None:
    page.set_input_files(
        "input[type=file]",
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files],
    )
    page.wait_for_selector(".item")
    page.wait_for_selector(".st-key-stop", state="detached")


def place(page: "Page", number: int, count: int) -> None:
    same = "want => document.querySelector('.place')?.innerText.replace(/\\s/g, '') === want"
    page.wait_for_function(same, arg=f"{number}/{count}")


def text_of(page: "Page", selector: str, text: str) -> None:
    page.locator(selector, has_text=re.compile(f"^{re.escape(text)}$")).wait_for()


def test_from_upload_to_report_and_back_again(page: "Page") -> None:
    from playwright.sync_api import expect

    upload(
        page, ("first.png", png(1)), ("second.png", png(2)), ("third.png", png(3)), ("notes.jpg", b"words")
    )

    # the answer and the heatmap are seen
    verdict = page.locator(".verdict-label").inner_text()
    assert re.fullmatch(f"{LABELS}|Declined", verdict)
    expect(page.locator(".item")).to_have_count(3)
    expect(page.get_by_text("1 file not read")).to_be_visible()
    text_of(page, "output.value", "45 %")
    heat = page.locator("img.heat")
    width = page.locator("img.slice").last.evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert width == 320

    # the opacity moves without the server, and stays
    assert heat.evaluate("image => image.style.opacity") == "0.45"
    page.locator("input.opacity").fill("80")
    assert heat.evaluate("image => image.style.opacity") == "0.8"
    page.wait_for_timeout(800)

    # keyboard: to the next slice, and its address
    page.keyboard.press("j")
    place(page, 2, 3)
    page.wait_for_url("**slice=2**")
    page.locator(".box").focus()
    page.keyboard.press("ArrowRight")
    place(page, 3, 3)
    page.locator(".strip").focus()
    page.keyboard.press("ArrowUp")
    place(page, 2, 3)

    # another page and back: nothing changed
    page.get_by_role("link", name="About").click()
    page.get_by_text(DISCLAIMER).wait_for()
    page.get_by_role("tab", name="Limits").click()
    page.get_by_role("link", name="Review").click()
    place(page, 2, 3)
    text_of(page, "output.value", "80 %")

    # the report can be opened and says what the page says
    with page.expect_download() as download:
        page.locator(".st-key-pdf button").first.click()
    words = pdf_text(download.value.path())
    assert "second.png" in words and "Not a medical device" in words
    assert page.locator(".verdict-label").inner_text().upper() in words
    with page.expect_download() as download:
        page.locator(".st-key-csv button").first.click()
    table = download.value.path().read_text(encoding="utf-8-sig")
    assert len(table.splitlines()) == 1 + 3 + 1


def test_narrow_screen_shows_picture_and_answer_first(page: "Page") -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    upload(page, ("first.png", png(1)), ("second.png", png(2)))
    tops = [page.locator(name).bounding_box()["y"] for name in (".box", ".verdict", ".strip")]
    assert tops == sorted(tops)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture = page.locator(".box").bounding_box()
    assert picture["x"] >= 0 and picture["x"] + picture["width"] <= 390
    assert page.locator(".verdict").bounding_box()["y"] < 844


def test_a_double_click_zooms_there_and_out_again(page: "Page") -> None:
    upload(page, ("first.png", png(1)))
    text_of(page, "output.value", "45 %")
    slice_, box = page.locator("img.slice").last, page.locator(".box").bounding_box()
    size = slice_.bounding_box()["width"]
    page.mouse.dblclick(box["x"] + 100, box["y"] + 100)
    zoomed = slice_.bounding_box()
    assert zoomed["width"] == pytest.approx(2.5 * size, rel=0.01)
    assert zoomed["x"] == pytest.approx(box["x"] - 150, abs=2)  # the clicked point stays: 100 * (1 - 2.5)
    page.mouse.dblclick(box["x"] + 300, box["y"] + 300)
    assert slice_.bounding_box()["width"] == pytest.approx(size, rel=0.01)


def test_a_name_is_never_markup(page: "Page") -> None:
    page.evaluate("window.hit = 0")
    name = "<img src=x onerror=window.hit=1>.png"
    upload(page, (name, png(1)), ("<script>window.hit=1</script>.jpg", b"words"))
    page.locator(".st-key-refused summary").click()
    page.wait_for_timeout(500)
    assert page.evaluate("window.hit") == 0
    assert name[:11] in page.locator(".item .name").inner_text()


def test_a_fresh_tab_knows_nothing_of_another(page: "Page", browser: "Browser", server: str) -> None:
    upload(page, ("mine.png", png(1)))
    other = browser.new_context().new_page()
    other.goto(f"{server}/review")
    other.wait_for_selector("input[type=file]", state="attached")
    assert "mine.png" not in other.locator("body").inner_text()
    assert not other.locator(".item").count()
    other.context.close()


def pdf_text(path: Path) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(path.read_bytes()))
    return "\n".join(page.get_textpage().get_text_range() for page in document)
