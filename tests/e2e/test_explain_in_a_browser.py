"""Explain as a person does it: from an answer to why, with a slow map beside the fast one, and back."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SLOW_MS = 180_000
"""For some hundreds of passes on a busy machine."""
DRAWN = '.pane[data-method="{}"][data-drawn="{}"]'


def place(page: "Page", number: int) -> None:
    same = "want => document.querySelector('.place')?.innerText.replace(/\\s/g, '').startsWith(want)"
    page.wait_for_function(same, arg=f"{number}/")


def ink(pane: "Locator") -> int:
    """How many pixels of a map have colour."""
    return int(
        pane.locator("canvas").evaluate(
            "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data"
            ".filter((value, at) => at % 4 === 3 && value > 0).length"
        )
    )


def same_place(pane: "Locator", box: object) -> None:
    """A pane stays where it was."""
    assert pane.bounding_box() == box


def width(pane: "Locator") -> float:
    found = pane.locator("img.slice").bounding_box()
    assert found
    return found["width"]


def wider(page: "Page", pane: "Locator", least: float) -> None:
    page.wait_for_function(
        "([image, least]) => image.getBoundingClientRect().width >= least",
        arg=[pane.locator("img.slice").element_handle(), least],
    )


def test_from_an_answer_to_its_maps_and_back(page: "Page", server: str) -> None:
    from playwright.sync_api import expect

    page.goto(f"{server}/review?samples=1")
    page.wait_for_selector(".item")
    page.wait_for_selector(".st-key-stop", state="detached")
    page.keyboard.press("j")
    place(page, 2)
    page.get_by_role("button", name="Why? See where the model looks").click()

    # the closed form is there with the page, of the slice that was on the screen
    page.wait_for_url("**/explain?**")
    fast = page.locator(DRAWN.format("closed-form", "closed-form"))
    fast.wait_for(timeout=60_000)
    place(page, 2)
    # the slice without heat beside it
    expect(page.locator(".pane")).to_have_count(2)
    whole = ink(fast)
    assert whole > 1000

    # below the maps, a view that asks nothing of the model
    page.get_by_role("radio", name="This model").click()
    page.wait_for_url("**e_view=This**")
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')

    # a slow one waits in its place, tells how far it is, and comes; the other stays where it is
    page.get_by_role("combobox", name="Methods").click()
    page.get_by_role("option", name="Occlusion").click()
    expect(page.get_by_role("option", name="Occlusion")).to_have_count(0)
    # a click beside the list closes it, whatever it did by itself meanwhile
    page.mouse.click(700, 75)
    expect(page.get_by_role("listbox")).to_have_count(0)
    slow = page.locator('.pane[data-method="occlusion"]')
    slow.wait_for(timeout=60_000)
    before = fast.bounding_box()
    slow.locator(".cover.on, canvas").first.wait_for(state="attached")
    page.locator(DRAWN.format("occlusion", "occlusion")).wait_for(timeout=SLOW_MS)
    same_place(fast, before)
    page.wait_for_url("**e_methods=Occlusion**")
    assert ink(slow) > 1000

    # both zoom alike
    widths = [width(pane) for pane in (fast, slow)]
    view = slow.locator(".view").bounding_box()
    page.mouse.dblclick(view["x"] + 200, view["y"] + 150)
    for pane, before_it in zip((fast, slow), widths, strict=True):
        wider(page, pane, 2.49 * before_it)
        assert width(pane) == pytest.approx(2.5 * before_it, rel=0.01)
    left = [
        pane.locator("img.slice").bounding_box()["x"] - pane.locator(".view").bounding_box()["x"]
        for pane in (fast, slow)
    ]
    assert left == pytest.approx([-300, -300], abs=2)  # the clicked point stays: 200 * (1 - 2.5)
    page.mouse.dblclick(view["x"] + 200, view["y"] + 150)

    # the threshold cuts without the server
    page.get_by_role("radio", name="Threshold").click()
    cut = page.locator("input.threshold")
    cut.wait_for()
    cut.fill("90")
    page.wait_for_timeout(600)  # the value goes to the server a moment later, to be there on the next slice
    assert 0 < ink(fast) < whole / 4

    # the next slice by a key, with the same methods
    page.locator(".panes").focus()
    page.keyboard.press("j")
    place(page, 3)
    page.locator(DRAWN.format("occlusion", "occlusion")).wait_for(timeout=SLOW_MS)
    expect(page.locator("input.threshold")).to_have_value("90")

    # back: nothing is lost
    page.get_by_role("button", name="Back to Review").click()
    page.wait_for_selector(".item", timeout=60_000)
    place(page, 3)
    page.get_by_role("button", name="Why? See where the model looks").click()
    page.locator(DRAWN.format("occlusion", "occlusion")).wait_for(timeout=SLOW_MS)
    expect(page.locator("input.threshold")).to_have_value("90")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
