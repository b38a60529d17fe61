"""Words on a picture, in a typeface that comes with a library: the same pixels on every machine."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageDraw, ImageFont

from core.paper import latin, shortened

BODY, BOLD = "Vera.ttf", "VeraBd.ttf"
LINE: Final = 1.36
"""Height of a line, of the type's size."""
Colour = tuple[int, int, int]


@lru_cache(maxsize=16)
def _face(name: str, size: int) -> ImageFont.FreeTypeFont:
    import reportlab

    # the layout engine that is always there: another one would place signs elsewhere
    path = Path(reportlab.__file__).parent / "fonts" / name
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


class Pen:
    """Writes on one picture.

    Args:
        draw: The picture.
    """

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw = draw

    def line(self, x: int, y: int, words: str, size: int, colour: Colour, room: int, font: str = BODY) -> int:
        """One line whose middle is left out where it is too long.

        Returns:
            y of the line below.
        """
        face = _face(font, size)
        self._draw.text((x, y), shortened(words, room, face.getlength), colour, font=face)
        return y + round(LINE * size)

    def right(self, x: int, y: int, words: str, size: int, colour: Colour) -> None:
        """One line that ends at x."""
        face = _face(BODY, size)
        self._draw.text((x - face.getlength(words), y), words, colour, font=face)

    def block(self, x: int, y: int, words: str, size: int, colour: Colour, room: int) -> int:
        """As many lines as the words need.

        Returns:
            y of the line below.
        """
        face = _face(BODY, size)
        for line in wrapped(words, size, room):
            self._draw.text((x, y), line, colour, font=face)
            y += round(LINE * size)
        return y


def wrapped(words: str, size: int, room: int) -> list[str]:
    """A text as lines that fit; its own line breaks are kept, words too long for a line are cut.

    Args:
        words: Any text.
        size: Of the type, pixels.
        room: Width of a line, pixels.
    """
    width = _face(BODY, size).getlength
    lines: list[str] = []
    for paragraph in words.splitlines() or [""]:
        line = ""
        for word in _pieces(latin(paragraph), size, room):
            longer = f"{line} {word}" if line else word
            if line and width(longer) > room:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def _pieces(words: str, size: int, room: int) -> list[str]:
    """Words, those wider than a line in parts."""
    width, found = _face(BODY, size).getlength, []
    for word in words.split():
        rest = word
        while width(rest) > room:
            kept = max(1, int(len(rest) * room / width(rest)))
            while kept > 1 and width(rest[:kept]) > room:
                kept -= 1
            found.append(rest[:kept])
            rest = rest[kept:]
        found.append(rest)
    return found
