"""Slices with their maps as a PDF: one A4 page each, with what the methods say and how far to believe it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from core import paper
from core.explain import overlay
from core.explain.export.sheet import HONEST, Sheet, strength, title
from core.paper import BOLD, FLOOR, INK, MARGIN, QUIET, ROOM, SANS, fit, mm, text

GAP: Final = 4 * mm
STEPS: Final = 64
"""Of the drawn colour scale."""


def write(sheets: Sequence[Sheet]) -> bytes:
    """Sheets as a PDF, the same bytes for the same sheets.

    Args:
        sheets: A page each; at least one.

    Returns:
        The file. Its metadata names neither files nor people.

    Raises:
        ValueError: There are none.
    """
    if not sheets:
        raise ValueError("sheets must hold at least one sheet")
    numbered = enumerate(sheets, start=1)
    pages = (partial(_page, sheet=sheet, number=f"{number} / {len(sheets)}") for number, sheet in numbered)
    return paper.document("Kidney CT Studio explanations", pages)


def _page(canvas: Canvas, sheet: Sheet, number: str) -> None:
    y = paper.heading(canvas, sheet.scan.name, number) - 10 * mm
    text(canvas, MARGIN, y, fit(sheet.heading, BOLD, 15, ROOM), BOLD, 15, INK)
    y -= 6 * mm
    if sheet.answer:
        y = paper.block(canvas, y, sheet.answer, 9, INK, FLOOR)
    y = _panels(canvas, sheet, y - 3 * mm)
    y = _scale(canvas, sheet, y - 2 * mm)
    _words(canvas, sheet, number, y - 3 * mm)
    paper.footer(canvas, sheet.model_words)


def _panels(canvas: Canvas, sheet: Sheet, y: float) -> float:
    """The slice and its maps, two beside each other for one map, three otherwise."""
    scan = sheet.scan
    named = [("Slice", f"{scan.width} x {scan.height} pixels, {scan.format}", overlay.encode(sheet.grey()))]
    for one, picture in zip(sheet.shown, sheet.pictures(), strict=True):
        named.append((title(one), strength(one), overlay.encode(picture)))
    columns = min(3, len(named))
    side: float = (ROOM - (columns - 1) * GAP) / columns
    for start in range(0, len(named), columns):
        for column, (name, below, encoded) in enumerate(named[start : start + columns]):
            x = MARGIN + column * (side + GAP)
            text(canvas, x, y, fit(name, BOLD, 9, side), BOLD, 9, INK)
            paper.square(canvas, encoded, x, y - 2 * mm, side)
            text(canvas, x, y - side - 5.5 * mm, fit(below, SANS, 8, side), SANS, 8, QUIET)
        y -= side + 12 * mm
    return y


def _scale(canvas: Canvas, sheet: Sheet, y: float) -> float:
    """The one colour scale of all maps, with what its ends mean."""
    wide, high = ROOM / 2, 3 * mm
    table = overlay.COLOUR_MAPS[sheet.colour_map]
    for step in range(STEPS):
        red, green, blue = (int(part) for part in table[round(step * 255 / (STEPS - 1))])
        canvas.setFillColor(HexColor(f"#{red:02x}{green:02x}{blue:02x}"))
        canvas.rect(MARGIN + step * wide / STEPS, y, wide / STEPS + 0.3, high, stroke=0, fill=1)
    least, most = sheet.ends
    text(canvas, MARGIN, y - 3.5 * mm, least, SANS, 8, QUIET)
    text(canvas, MARGIN + wide - stringWidth(most, SANS, 8), y - 3.5 * mm, most, SANS, 8, QUIET)
    for number, line in enumerate(paper.split(HONEST, 8, ROOM / 2 - GAP)):
        text(canvas, MARGIN + wide + GAP, y + high - 2.5 * mm - number * 3.6 * mm, line, SANS, 8, QUIET)
    return y - 7 * mm


def _words(canvas: Canvas, sheet: Sheet, number: str, y: float) -> None:
    """What each method says, how far its map can be believed, and the notes; overleaf if long."""
    for line, font, drop in _lines(sheet):
        if y < FLOOR:
            paper.footer(canvas, sheet.model_words)
            canvas.showPage()
            y = paper.heading(canvas, sheet.scan.name, f"{number}, continued") - 10 * mm
        text(canvas, MARGIN, y, line, font, 9, INK)
        y -= drop


def _lines(sheet: Sheet) -> Iterator[tuple[str, str, float]]:
    """Each line with its typeface and how far below it the next one is, points."""
    parts = [(title(one), " ".join((sheet.says(one), *sheet.believed(one)))) for one in sheet.maps]
    for head, words in (*parts, *([("Notes", sheet.notes)] if sheet.notes else [])):
        yield fit(head, BOLD, 9, ROOM), BOLD, 4.3 * mm
        *most, last = paper.split(words, 9, ROOM)
        for line in most:
            yield line, SANS, 4.3 * mm
        yield last, SANS, 6 * mm
