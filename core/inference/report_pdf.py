"""Cases as a PDF: one A4 page each with slice, overlay, bars, model and the disclaimer."""

import io
import unicodedata
from collections.abc import Sequence
from typing import Final

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from core.domain import Window
from core.explain import cam, overlay
from core.imaging.window import render
from core.inference.batch import Case
from core.inference.words import DISCLAIMER, colour, percent

mm: Final[float] = 72 / 25.4
MARGIN: Final = 18 * mm
INK, QUIET, TRACK = HexColor("#1F2933"), HexColor("#66727F"), HexColor("#E4E8EC")
ACCENT: Final = HexColor("#0F8B8D")
SANS, BOLD = "Helvetica", "Helvetica-Bold"


def write(
    cases: Sequence[Case],
    opacity: float = overlay.OPACITY,
    colour_map: str = overlay.DEFAULT,
    window: Window | None = None,
) -> bytes:
    """Cases as a PDF, the same bytes for the same cases.

    Args:
        cases: What to report, a page each; at least one.
        opacity: Of the heatmaps, 0..1.
        colour_map: A name in `overlay.COLOUR_MAPS`.
        window: For slices in Hounsfield units; None is each header's own.

    Returns:
        The file. Its metadata names neither files nor people.

    Raises:
        ValueError: There are no cases.
    """
    if not cases:
        raise ValueError("cases must hold at least one case")
    out = io.BytesIO()
    rl_config.useA85 = 0  # pictures as bytes, not as text: a third of the time
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle("Kidney CT Studio report")
    canvas.setAuthor("Kidney CT Studio")
    canvas.setSubject(DISCLAIMER)
    for number, case in enumerate(cases, start=1):
        _page(canvas, case, f"{number} / {len(cases)}", _pictures(case, opacity, colour_map, window))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _pictures(case: Case, opacity: float, colour_map: str, window: Window | None) -> list[bytes]:
    """The slice, and the slice under the heatmap of its most probable class, encoded."""
    grey = render(case.scan, window)
    heat = cam.heatmap(case.prediction, case.prediction.top[0])
    return [
        overlay.encode(grey),
        overlay.encode(overlay.blend(grey, heat.values, opacity, colour_map)),
    ]


def _page(canvas: Canvas, case: Case, number: str, pictures: list[bytes]) -> None:
    width, height = A4
    y = height - MARGIN
    _text(canvas, MARGIN, y, "Kidney CT Studio", BOLD, 11, ACCENT)
    canvas.setFont(SANS, 9)
    canvas.setFillColor(QUIET)
    canvas.drawRightString(width - MARGIN, y, number)
    y -= 8 * mm
    _text(canvas, MARGIN, y, _fit(case.scan.name, SANS, 9, width - 2 * MARGIN), SANS, 9, QUIET)
    y = _answer(canvas, case, y - 11 * mm)
    y = _side_by_side(canvas, pictures, case, y)
    y = _bars(canvas, case, y - 8 * mm)
    _notes(canvas, case, y - 4 * mm)
    _footer(canvas, case)


def _answer(canvas: Canvas, case: Case, y: float) -> float:
    label, chance = case.prediction.top
    if case.prediction.declined:
        _text(canvas, MARGIN, y, "DECLINED", BOLD, 20, QUIET)
        _text(canvas, MARGIN, y - 6 * mm, "No answer is given, for the reasons below.", SANS, 10, QUIET)
    else:
        _text(canvas, MARGIN, y, label.upper(), BOLD, 20, INK)
        _text(canvas, MARGIN, y - 6 * mm, f"Model probability {percent(chance)}", SANS, 10, INK)
    return y - 11 * mm


def _side_by_side(canvas: Canvas, pictures: list[bytes], case: Case, top: float) -> float:
    gap = 4 * mm
    side: float = (A4[0] - 2 * MARGIN - gap) / 2
    captions = (
        f"Slice, {case.scan.width} x {case.scan.height} pixels, {case.scan.format}",
        f"Heatmap for {case.prediction.top[0]}: bright speaks for it most, within this slice",
    )
    for column, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        x = MARGIN + column * (side + gap)
        canvas.setFillColor(HexColor("#000000"))
        canvas.rect(x, top - side, side, side, stroke=0, fill=1)
        image = ImageReader(io.BytesIO(picture))
        canvas.drawImage(image, x, top - side, side, side, preserveAspectRatio=True, anchor="c")
        _text(canvas, x, top - side - 4 * mm, _fit(caption, SANS, 8, side), SANS, 8, QUIET)
    return top - side - 4 * mm


def _bars(canvas: Canvas, case: Case, y: float) -> float:
    """A bar a class, grey for a declined slice; the name beside it says which."""
    left: float = MARGIN + 28 * mm
    right: float = A4[0] - MARGIN - 16 * mm
    ink = QUIET if case.prediction.declined else INK
    for label, chance in zip(case.prediction.labels, case.prediction.probabilities, strict=True):
        _text(canvas, MARGIN, y, _fit(label, SANS, 10, 26 * mm), SANS, 10, ink)
        canvas.setFillColor(TRACK)
        canvas.rect(left, y - 0.6 * mm, right - left, 3.6 * mm, stroke=0, fill=1)
        canvas.setFillColor(_colour(label, case.prediction.declined))
        canvas.rect(left, y - 0.6 * mm, (right - left) * chance, 3.6 * mm, stroke=0, fill=1)
        canvas.setFillColor(ink)
        canvas.setFont(SANS, 10)
        canvas.drawRightString(A4[0] - MARGIN, y, percent(chance))
        y -= 6.5 * mm
    return y


def _colour(label: str, declined: bool) -> Color:
    return HexColor(colour(None if declined else label))


def _notes(canvas: Canvas, case: Case, y: float) -> None:
    """Reasons and warnings, as many lines as the page has room for."""
    for note in (*case.prediction.reasons, *case.prediction.warnings):
        for line in simpleSplit(_latin(note.sentence), SANS, 9, A4[0] - 2 * MARGIN):
            if y < MARGIN + 16 * mm:
                return
            _text(canvas, MARGIN, y, line, SANS, 9, INK)
            y -= 4.5 * mm


def _footer(canvas: Canvas, case: Case) -> None:
    model = case.prediction.model
    line = f"Model {model.name}, version {model.version}, {model.digest[:12]}; slice {case.scan.digest[:12]}"
    canvas.setStrokeColor(TRACK)
    canvas.line(MARGIN, MARGIN + 8 * mm, A4[0] - MARGIN, MARGIN + 8 * mm)
    _text(canvas, MARGIN, MARGIN + 4 * mm, _fit(line, SANS, 8, A4[0] - 2 * MARGIN), SANS, 8, QUIET)
    _text(canvas, MARGIN, MARGIN, DISCLAIMER, BOLD, 8, INK)
    canvas.setFillColor(white)


def _text(canvas: Canvas, x: float, y: float, text: str, font: str, size: float, colour: Color) -> None:
    canvas.setFont(font, size)
    canvas.setFillColor(colour)
    canvas.drawString(x, y, _latin(text))


def _latin(text: str) -> str:
    """What the PDF's built-in fonts can draw: accents kept, other scripts as question marks."""
    drawable = []
    for sign in unicodedata.normalize("NFC", text):
        plain = sign if sign.isprintable() else " "
        if plain.encode("cp1252", "ignore"):
            drawable.append(plain)
        else:
            drawable.append(unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode() or "?")
    return "".join(drawable)


def _fit(text: str, font: str, size: float, room: float) -> str:
    """The text, its middle left out where it is wider than the room (points)."""
    text = _latin(text)
    if stringWidth(text, font, size) <= room:
        return text
    kept = min(len(text), 400) - 1
    while kept > 2 and stringWidth(_shortened(text, kept), font, size) > room:
        kept -= 1
    return _shortened(text, kept)


def _shortened(text: str, kept: int) -> str:
    half = kept // 2
    return f"{text[: kept - half]}...{text[-half:]}"
