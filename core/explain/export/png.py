"""Maps side by side with their slice as one picture that says all about itself, legible on A4."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.disclaimer import DISCLAIMER
from core.explain import overlay
from core.explain.export.lettering import BOLD, LINE, Colour, Pen, wrapped
from core.explain.export.sheet import HONEST, Sheet, strength, title

WIDTH: Final = 2340
"""200 pixels an inch across A4."""
MARGIN: Final = 60
GAP: Final = 36
BIG, BODY, SMALL = 44, 27, 24
PAPER: Final[Colour] = (255, 255, 255)
INK: Final[Colour] = (31, 41, 51)
QUIET: Final[Colour] = (90, 102, 114)
ACCENT: Final[Colour] = (11, 111, 113)
ROOM: Final = WIDTH - 2 * MARGIN


def write(sheet: Sheet, named: bool = True) -> bytes:
    """The picture as PNG; the same bytes for the same sheet.

    Args:
        sheet: What to draw.
        named: Whether the file's name stands on it, which may be a person's.
    """
    _, data = cv2.imencode(".png", cv2.cvtColor(draw(sheet, named), cv2.COLOR_RGB2BGR))
    return data.tobytes()


def draw(sheet: Sheet, named: bool = True) -> NDArray[np.uint8]:
    """The picture, (h, `WIDTH`, 3) RGB.

    Args:
        sheet: What to draw.
        named: Whether the file's name stands on it.
    """
    panels = _panels(sheet)
    columns = min(len(panels), 3)
    side = (ROOM - (columns - 1) * GAP) // columns
    # drawn as high as it could need, then cut to what it needed
    image = Image.new("RGB", (WIDTH, _most(sheet, panels, side)), PAPER)
    drawing = ImageDraw.Draw(image)
    pen = Pen(drawing)
    y = _head(pen, sheet, named)
    for start in range(0, len(panels), columns):
        y = _row(image, pen, panels[start : start + columns], y, side)
    y = _scale(image, drawing, pen, sheet, y + GAP // 2)
    y = _said(pen, sheet, y + GAP)
    y = _foot(drawing, pen, sheet, y + GAP // 2)
    return np.asarray(image, np.uint8)[: y + MARGIN].copy()


Panel = tuple[NDArray[np.uint8], str, str]
"""A picture, its title, what stands below it."""


def _panels(sheet: Sheet) -> list[Panel]:
    scan = sheet.scan
    slice_ = f"{scan.width} x {scan.height} pixels, {scan.format}"
    first = (cv2.cvtColor(sheet.grey(), cv2.COLOR_GRAY2RGB), "Slice", slice_)
    maps = [
        (picture, title(one), f"{sheet.says(one)} {strength(one)}.")
        for one, picture in zip(sheet.shown, sheet.pictures(), strict=True)
    ]
    return [(np.asarray(first[0], np.uint8), *first[1:]), *maps]


def _most(sheet: Sheet, panels: list[Panel], side: int) -> int:
    """A height that is enough."""
    rows = -(-len(panels) // 3)
    words = len(wrapped(_text(sheet), BODY, ROOM)) + 16
    captions = max(len(wrapped(below, SMALL, side)) for _, _, below in panels) + 4
    return round(rows * (side + captions * LINE * SMALL + GAP) + words * LINE * BODY + 12 * BIG)


def _head(pen: Pen, sheet: Sheet, named: bool) -> int:
    y = pen.line(MARGIN, MARGIN, "Kidney CT Studio", BODY, ACCENT, ROOM, BOLD)
    y = pen.line(MARGIN, y + 6, sheet.heading, BIG, INK, ROOM, BOLD)
    if sheet.answer:
        y = pen.block(MARGIN, y + 4, sheet.answer, BODY, INK, ROOM)
    if named:
        y = pen.line(MARGIN, y, sheet.scan.name, SMALL, QUIET, ROOM)
    return y + GAP // 2


def _row(image: Image.Image, pen: Pen, panels: list[Panel], top: int, side: int) -> int:
    low = top
    for column, (picture, name, below) in enumerate(panels):
        x = MARGIN + column * (side + GAP)
        y = pen.line(x, top, name, BODY, INK, side, BOLD) + 8
        image.paste(Image.fromarray(_fitted(picture, side)), (x, y))
        low = max(low, pen.block(x, y + side + 12, below, SMALL, QUIET, side))
    return low + GAP // 2


def _fitted(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """A picture in the middle of a black square, its proportions kept."""
    height, width = picture.shape[:2]
    factor = side / max(height, width)
    shape = max(1, round(width * factor)), max(1, round(height * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    square = np.zeros((side, side, 3), np.uint8)
    x, y = (side - shape[0]) // 2, (side - shape[1]) // 2
    square[y : y + shape[1], x : x + shape[0]] = cv2.resize(picture, shape, interpolation=how)
    return square


def _scale(image: Image.Image, drawing: ImageDraw.ImageDraw, pen: Pen, sheet: Sheet, y: int) -> int:
    """The one colour scale of all maps, with what its ends mean."""
    wide, high = ROOM // 2, 34
    ramp = np.linspace(0, 255, wide).round().astype(np.uint8)
    bar = np.broadcast_to(overlay.COLOUR_MAPS[sheet.colour_map][ramp], (high, wide, 3))
    image.paste(Image.fromarray(np.ascontiguousarray(bar)), (MARGIN, y))
    drawing.rectangle((MARGIN, y, MARGIN + wide, y + high), outline=QUIET)
    least, most = sheet.ends
    pen.line(MARGIN, y + high + 8, least, SMALL, QUIET, wide // 2)
    pen.right(MARGIN + wide, y + high + 8, most, SMALL, QUIET)
    after = pen.block(MARGIN + wide + GAP, y, HONEST, SMALL, QUIET, ROOM - wide - GAP)
    return max(after, y + high + 8 + round(LINE * SMALL))


def _text(sheet: Sheet) -> str:
    """How far the maps can be believed, and the notes."""
    parts = [f"{title(one)}: {' '.join(sheet.believed(one))}" for one in sheet.maps if sheet.believed(one)]
    return "\n".join([*parts, *([f"Notes: {sheet.notes}"] if sheet.notes else [])])


def _said(pen: Pen, sheet: Sheet, y: int) -> int:
    text = _text(sheet)
    return pen.block(MARGIN, y, text, BODY, INK, ROOM) if text else y - GAP


def _foot(drawing: ImageDraw.ImageDraw, pen: Pen, sheet: Sheet, y: int) -> int:
    drawing.line((MARGIN, y, WIDTH - MARGIN, y), fill=(214, 220, 226), width=2)
    y = pen.line(MARGIN, y + 14, sheet.model_words, SMALL, QUIET, ROOM)
    return pen.line(MARGIN, y, DISCLAIMER, SMALL, INK, ROOM, BOLD)
