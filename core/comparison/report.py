"""A comparison as one HTML file that needs nothing from outside."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np

from core.comparison import confusion, differences, drawing, figures, groups, loading, shapes, trainings
from core.comparison.figures import Line, Measured
from core.comparison.loading import Details
from core.comparison.markup import STYLE, picture, shaded, table, text
from core.config.settings import Settings
from core.tracking import store
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Run

MOST: Final = 12
"""Runs that are drawn; the tables have all of them."""
_BLOCKS: Final = 20
_PANELS: Final = 4
_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_LEAKS: Final = (
    '<p class="leaks">These figures leak: slices of one patient were on both sides of the split, so they say '
    "how well a model remembers. They are here for the gap alone.</p>"
)


def report(runs: Sequence[Run], reader: Reader, settings: Settings) -> str:
    """Lay runs side by side.

    Args:
        runs: The chosen ones, in their order.
        reader: Where their files are.
        settings: Where runs are, which the report names.

    Returns:
        HTML; figures inline, everything foreign escaped.

    Raises:
        AwayError: The place of files can't be reached now.
    """
    several = loading.several(runs, reader)
    names = [letter(at) for at in range(len(several))]
    drawn = several[:MOST]
    parts = [
        _about(several, names, settings),
        _figures(several, names),
        _leaking(several, names),
        _differences(several, names),
        _confusions(drawn, names),
        _shapes(drawn, names),
        _curves(drawn, names, reader),
        _blocks(several, names),
        _missing(several, names),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_count(runs)}</title><style>{STYLE}</style></head><body>"
        + "\n".join(part for part in parts if part)
        + "</body></html>\n"
    )


def letter(at: int) -> str:
    """What a run is called in a report: A to Z, then A2 to Z2 and so on."""
    turn, place = divmod(at, 26)
    return f"{chr(ord('A') + place)}{turn + 1 if turn else ''}"


def _count(several: Sequence[object]) -> str:
    return "1 run" if len(several) == 1 else f"{len(several)} runs compared"


def _about(several: Sequence[Details], names: Sequence[str], settings: Settings) -> str:
    rows = [
        (
            name, text(_cut(one.run.name)), text(one.run.short), text(_cut(one.run.dataset)), one.run.state,
            _when(one.run.started), text(_cut(one.run.note, 400)),
        )
        for name, one in zip(names, several, strict=True)
    ]  # fmt: skip
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"<h1>{_count(several)}</h1>"
        f'<p class="quiet">Made {made} from {text(store.shown(settings))}. For research and teaching; '
        "no medical device.</p>"
        + table(("", "Run", "Id", "Data set", "State", "Started (UTC)", "Note"), rows, "words")
    )


def _figures(several: Sequence[Details], names: Sequence[str]) -> str:
    found = figures.lines(several)
    if not found:
        return "<h2>On patients they never saw</h2><p>None of these runs was measured so.</p>"
    said = figures.grounds(several)
    verdicts = "".join(
        f"<li>{name} against {names[0]}: {text(figures.difference(several[0], other).sentence)}</li>"
        for name, other in zip(names[1:], several[1:], strict=True)
    )
    return (
        "<h2>On patients they never saw</h2>"
        + (f'<p class="leaks">{text(said)}</p>' if said else "")
        + table(("", *names), [_figure(line) for line in found])
        + '<p class="quiet">In brackets the 95 % interval over patient blocks; below it the difference to '
        f"{names[0]}.</p>" + (f"<ul>{verdicts}</ul>" if verdicts else "")
    )


def _leaking(several: Sequence[Details], names: Sequence[str]) -> str:
    found = figures.lines(several, leaking=True)
    if not found:
        return ""
    shown = [line for line in found if line.name in figures.NAMES]
    return f"<h2>Figures that leak</h2>{_LEAKS}" + table(("", *names), [_figure(line) for line in shown])


def _figure(line: Line) -> tuple[str, ...]:
    cells = []
    for at, value in enumerate(line.values):
        delta = line.deltas[at]
        moved = f'<br><span class="quiet">{delta:+.3f}</span>' if delta is not None else ""
        shown = f'<span class="best">{_value(line, value)}</span>' if line.best == at else _value(line, value)
        cells.append(shown + (moved if line.name not in ("slices", "groups") else ""))
    return (text(line.label), *cells)


def _value(line: Line, value: Measured | None) -> str:
    if value is None:
        return "\u2013"
    if line.name in ("slices", "groups"):
        return f"{value.value:,.0f}"
    known = math.isfinite(value.low) and math.isfinite(value.high)
    return f"{value.value:.3f}" + (f" [{value.low:.3f}, {value.high:.3f}]" if known else "")


def _differences(several: Sequence[Details], names: Sequence[str]) -> str:
    found = differences.sections(differences.rows(several))
    if not found:
        return "<h2>What differs</h2><p>Nothing of what they logged.</p>"
    parts = [
        f"<h3>{text(section.capitalize())}</h3>"
        + table(
            ("", *names),
            [
                (text(row.label), *("\u2013" if one is None else text(_cut(one)) for one in row.values))
                for row in rows
            ],
            "words",
        )
        for section, rows in found.items()
    ]
    return "<h2>What differs</h2>" + "".join(parts)


def _confusions(several: Sequence[Details], names: Sequence[str]) -> str:
    found = {
        name: one
        for name, details in zip(names, several, strict=False)
        if (one := confusion.confusion(details))
    }
    if not found:
        return ""
    tables = "".join(
        f"<div><h3>{name}</h3>{shaded(one.labels, _counts(one.counts, one.shares), one.shares)}</div>"
        for name, one in found.items()
    )
    return f'<h2>Which class is taken for which</h2><div class="row">{tables}{_change(found)}</div>'


def _change(found: dict[str, confusion.Confusion]) -> str:
    if len(found) < 2:
        return ""
    (first, one), (second, other), *_ = found.items()
    changed = confusion.change(one, other)
    if changed is None:
        return f"<p>{first} and {second} are of other classes.</p>"
    cells = [["\u2013" if math.isnan(share) else f"{share:+.0%}" for share in row] for row in changed.shares]
    return (
        f"<div><h3>{second} less {first}, share of each class</h3>"
        f'{shaded(changed.labels, cells, changed.shares)}<p class="quiet">{text(changed.words)}</p></div>'
    )


def _counts(counts: confusion.Floats, shares: confusion.Floats) -> list[list[str]]:
    return [
        [
            f"{count:,.6g}" + ("" if np.isnan(share) else f" ({share:.0%})")
            for count, share in zip(row, line, strict=True)
        ]
        for row, line in zip(counts.tolist(), shares.tolist(), strict=True)
    ]


def _shapes(several: Sequence[Details], names: Sequence[str]) -> str:
    rocs = [shapes.rocs(one) for one in several]
    curves = [shapes.calibration(one) for one in several]
    found = ""
    if any(rocs):
        found += "<h2>ROC curves</h2>" + picture(drawing.rocs(rocs, names), "ROC curves by class")
    if any(curves):
        found += "<h2>Reliability</h2>" + picture(drawing.reliability(curves, names), "Reliability curves")
    return found


def _curves(several: Sequence[Details], names: Sequence[str], reader: Reader) -> str:
    found = trainings.curves(several, reader, _PANELS)
    return "<h2>Curves</h2>" + picture(drawing.histories(found, names), "Metrics by step") if found else ""


def _blocks(several: Sequence[Details], names: Sequence[str]) -> str:
    found = [line for line in groups.lines(several) if line.spread > 0][:_BLOCKS]
    if not found:
        return ""
    rows = [
        (
            text(line.group), text(line.label),
            *(
                "\u2013" if right is None else f"{right:g} of {slices}"
                for right, slices in zip(line.right, line.slices, strict=True)
            ),
        )
        for line in found
    ]  # fmt: skip
    return "<h2>Patient blocks where they are furthest apart</h2>" + table(
        ("Block", "Class", *(f"{name}, right" for name in names)), rows
    )


def _missing(several: Sequence[Details], names: Sequence[str]) -> str:
    said = [
        f"{name} logged no {', '.join(one.missing)}."
        for name, one in zip(names, several, strict=True)
        if one.missing
    ]
    said += [
        f"{name}: {trouble}" for name, one in zip(names, several, strict=True) for trouble in one.troubles
    ]
    if len(several) > MOST:
        said.append(f"The first {MOST} runs are drawn; the tables have all of them.")
    return (
        "<h2>What is not here</h2><ul>" + "".join(f"<li>{text(one)}</li>" for one in said) + "</ul>"
        if said
        else ""
    )


def _cut(value: str, most: int = 120) -> str:
    return value if len(value) <= most else f"{value[: most - 1]}\u2026"


def _when(seconds: float | None) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M") if seconds is not None else ""
