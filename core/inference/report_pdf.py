"""Cases as a PDF: one A4 page each with slice, overlay, bars, model and the disclaimer."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from core import paper
from core.domain import Window
from core.explain import cam, overlay
from core.imaging.window import render
from core.inference.batch import Case
from core.inference.words import colour, percent
from core.paper import BOLD, FLOOR, INK, MARGIN, QUIET, ROOM, SANS, TRACK, WIDTH, fit, mm, text

NOTE: Final = 9
"""Size of the type of notes, points."""


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
    return paper.document(
        "Kidney CT Studio report",
        (
            partial(
                _page,
                case=case,
                number=f"{number} / {len(cases)}",
                pictures=_pictures(case, opacity, colour_map, window),
            )
            for number, case in enumerate(cases, start=1)
        ),
    )


def _pictures(case: Case, opacity: float, colour_map: str, window: Window | None) -> list[bytes]:
    """The slice, and the slice under the heatmap of its most probable class, encoded."""
    grey = render(case.scan, window)
    heat = cam.heatmap(case.prediction, case.prediction.top[0])
    return [
        overlay.encode(grey),
        overlay.encode(overlay.blend(grey, heat.values, opacity, colour_map)),
    ]


def _page(canvas: Canvas, case: Case, number: str, pictures: list[bytes]) -> None:
    y = paper.heading(canvas, case.scan.name, number)
    y = _answer(canvas, case, y - 11 * mm)
    y = _side_by_side(canvas, pictures, case, y)
    y = _bars(canvas, case, y - 8 * mm)
    _notes(canvas, case, y - 4 * mm)
    model = case.prediction.model
    line = f"Model {model.name}, version {model.version}, {model.digest[:12]}; slice {case.scan.digest[:12]}"
    paper.footer(canvas, line)


def _answer(canvas: Canvas, case: Case, y: float) -> float:
    label, chance = case.prediction.top
    if case.prediction.declined:
        text(canvas, MARGIN, y, "DECLINED", BOLD, 20, QUIET)
        text(canvas, MARGIN, y - 6 * mm, "No answer is given, for the reasons below.", SANS, 10, QUIET)
    else:
        text(canvas, MARGIN, y, label.upper(), BOLD, 20, INK)
        text(canvas, MARGIN, y - 6 * mm, f"Model probability {percent(chance)}", SANS, 10, INK)
    return y - 11 * mm


def _side_by_side(canvas: Canvas, pictures: list[bytes], case: Case, top: float) -> float:
    gap = 4 * mm
    side: float = (ROOM - gap) / 2
    captions = (
        f"Slice, {case.scan.width} x {case.scan.height} pixels, {case.scan.format}",
        f"Heatmap for {case.prediction.top[0]}: bright speaks for it most, within this slice",
    )
    for column, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        x = MARGIN + column * (side + gap)
        paper.square(canvas, picture, x, top, side)
        text(canvas, x, top - side - 4 * mm, fit(caption, SANS, 8, side), SANS, 8, QUIET)
    return top - side - 4 * mm


def _bars(canvas: Canvas, case: Case, y: float) -> float:
    """A bar a class, grey for a declined slice; the name beside it says which."""
    left: float = MARGIN + 28 * mm
    right: float = WIDTH - MARGIN - 16 * mm
    ink = QUIET if case.prediction.declined else INK
    for label, chance in zip(case.prediction.labels, case.prediction.probabilities, strict=True):
        text(canvas, MARGIN, y, fit(label, SANS, 10, 26 * mm), SANS, 10, ink)
        canvas.setFillColor(TRACK)
        canvas.rect(left, y - 0.6 * mm, right - left, 3.6 * mm, stroke=0, fill=1)
        canvas.setFillColor(_colour(label, case.prediction.declined))
        canvas.rect(left, y - 0.6 * mm, (right - left) * chance, 3.6 * mm, stroke=0, fill=1)
        paper.right(canvas, y, percent(chance), 10, ink)
        y -= 6.5 * mm
    return y


def _colour(label: str, declined: bool) -> Color:
    return HexColor(colour(None if declined else label))


def _notes(canvas: Canvas, case: Case, y: float) -> None:
    """Reasons and warnings, as many lines as the page has room for."""
    for note in (*case.prediction.reasons, *case.prediction.warnings):
        y = paper.block(canvas, y, note.sentence, NOTE, INK, FLOOR)
