"""What every A4 page shares: margins, type, pictures on black, the footer. Same page, same bytes."""

import io
import unicodedata
from collections.abc import Callable, Iterable
from typing import Final

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from core.disclaimer import DISCLAIMER

mm: Final[float] = 72 / 25.4
WIDTH, HEIGHT = A4
MARGIN: Final = 18 * mm
ROOM: Final = WIDTH - 2 * MARGIN
"""Width of what is printed, points."""
FLOOR: Final = MARGIN + 12 * mm
"""Height of the lowest line above the footer."""
INK, QUIET, TRACK = HexColor("#1F2933"), HexColor("#66727F"), HexColor("#E4E8EC")
ACCENT, BLACK = HexColor("#0F8B8D"), HexColor("#000000")
_LONGEST: Final = 400
SANS, BOLD = "Helvetica", "Helvetica-Bold"


def document(title: str, pages: Iterable[Callable[[Canvas], None]]) -> bytes:
    """Pages as a PDF whose metadata names neither files nor people.

    Args:
        title: Of the document.
        pages: Each draws one page.
    """
    out = io.BytesIO()
    rl_config.useA85 = 0  # pictures as bytes, not as text: a third of the time
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("Kidney CT Studio")
    canvas.setSubject(DISCLAIMER)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def heading(canvas: Canvas, name: str, number: str) -> float:
    """The app, the page's number and a file's name.

    Returns:
        Height of the line below, points.
    """
    y: float = HEIGHT - MARGIN
    text(canvas, MARGIN, y, "Kidney CT Studio", BOLD, 11, ACCENT)
    right(canvas, y, number, 9, QUIET)
    y -= 8 * mm
    text(canvas, MARGIN, y, fit(name, SANS, 9, ROOM), SANS, 9, QUIET)
    return y


def footer(canvas: Canvas, line: str) -> None:
    """Which model and slice, and the disclaimer."""
    canvas.setStrokeColor(TRACK)
    canvas.line(MARGIN, MARGIN + 8 * mm, WIDTH - MARGIN, MARGIN + 8 * mm)
    text(canvas, MARGIN, MARGIN + 4 * mm, fit(line, SANS, 8, ROOM), SANS, 8, QUIET)
    text(canvas, MARGIN, MARGIN, DISCLAIMER, BOLD, 8, INK)


def text(canvas: Canvas, x: float, y: float, words: str, font: str, size: float, colour: Color) -> None:
    """One line, from x (points)."""
    canvas.setFont(font, size)
    canvas.setFillColor(colour)
    canvas.drawString(x, y, latin(words))


def right(canvas: Canvas, y: float, words: str, size: float, colour: Color) -> None:
    """One line that ends at the right margin."""
    canvas.setFont(SANS, size)
    canvas.setFillColor(colour)
    canvas.drawRightString(WIDTH - MARGIN, y, latin(words))


def block(canvas: Canvas, y: float, words: str, size: float, colour: Color, floor: float) -> float:
    """Lines from the left margin down, as many as there is room for; line breaks are kept.

    Args:
        canvas: Where.
        y: Height of the first line, points.
        words: Any text.
        size: Of the type, points.
        colour: Of the type.
        floor: No line is lower than this.

    Returns:
        Height of the line below the last.
    """
    for line in split(words, size, ROOM):
        if y < floor:
            break
        text(canvas, MARGIN, y, line, SANS, size, colour)
        y -= 1.42 * size
    return y


def split(words: str, size: float, room: float) -> list[str]:
    """A text as lines that fit, points."""
    shown = "\n".join(latin(line) for line in words.splitlines())
    return [str(line) for line in simpleSplit(shown, SANS, size, room)]


def square(canvas: Canvas, picture: bytes, x: float, top: float, side: float) -> None:
    """An encoded picture in the middle of a black square."""
    canvas.setFillColor(BLACK)
    canvas.rect(x, top - side, side, side, stroke=0, fill=1)
    image = ImageReader(io.BytesIO(picture))
    canvas.drawImage(image, x, top - side, side, side, preserveAspectRatio=True, anchor="c")


def latin(words: str) -> str:
    """What built-in fonts can draw: accents kept, other scripts as question marks."""
    drawable = []
    for sign in unicodedata.normalize("NFC", words):
        plain = sign if sign.isprintable() else " "
        if plain.encode("cp1252", "ignore"):
            drawable.append(plain)
        else:
            drawable.append(unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode() or "?")
    return "".join(drawable)


def fit(words: str, font: str, size: float, room: float) -> str:
    """The text, its middle left out where it is wider than the room (points)."""
    return shortened(words, room, lambda drawn: float(stringWidth(drawn, font, size)))


def shortened(words: str, room: float, width: Callable[[str], float]) -> str:
    """The text as it can be drawn, its middle left out where it is wider than the room.

    Args:
        words: Any text.
        room: In the measure's units.
        width: How wide a text is.
    """
    words = latin(words)
    if len(words) <= _LONGEST and width(words) <= room:
        return words
    least, most = 2, min(len(words), _LONGEST) - 1
    while least < most:
        kept = (least + most + 1) // 2
        least, most = (kept, most) if width(_cut(words, kept)) <= room else (least, kept - 1)
    return _cut(words, least)


def _cut(words: str, kept: int) -> str:
    half = kept // 2
    return f"{words[: kept - half]}...{words[-half:]}"
