"""Curves of several runs over one another, as PNG."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from core.comparison.shapes import Reliability, Roc
from core.tracking.runs.values import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
"""Told apart by colour-blind eyes (Okabe and Ito 2008)."""
_DASHES: Final = ("-", "--", ":", "-.")
_SIDE, _DPI = 3.4, 100
_ACROSS: Final = 4
_POINTS: Final = 1_000
"""Of a curve; more are not seen."""


def rocs(several: Sequence[Sequence[Roc]], names: Sequence[str]) -> bytes:
    """ROC curves: a panel for each class, a line for each run.

    Args:
        several: Of each run.
        names: Short ones of the runs.

    Returns:
        A PNG.
    """
    labels = list(dict.fromkeys(one.label for curves in several for one in curves))
    figure, panels = _panels(len(labels))
    for axes, label in zip(panels, labels, strict=True):
        axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8, linestyle="--")
        for at, curves in enumerate(several):
            for one in (curve for curve in curves if curve.label == label):
                across, up = ([point[key] for point in one.points] for key in ("false", "true"))
                axes.plot(across, up, label=f"{names[at]} {one.area:.3f}", **_line(at))
        axes.set_title(_plain(label), fontsize=10)
        axes.set(
            xlim=(-0.01, 1), ylim=(0, 1.01), xlabel="share of the rest taken for it", ylabel="share found"
        )
        _legend(axes, "area below")
    return _png(figure)


def reliability(several: Sequence[Reliability | None], names: Sequence[str]) -> bytes:
    """Reliability curves of runs over one another; below the line is too sure.

    Args:
        several: Of each run; None where it has none.
        names: Short ones of the runs.

    Returns:
        A PNG.
    """
    figure, (axes,) = _panels(1, side=4.4)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8, linestyle="--")
    for at, one in enumerate(several):
        if one:
            across, up = ([each[key] for each in one.bins] for key in ("mean", "accuracy"))
            axes.plot(across, up, marker="o", markersize=4, label=f"{names[at]} {one.error:.3f}", **_line(at))
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="model probability of the answer", ylabel="share right")
    _legend(axes, "calibration error")
    return _png(figure)


def histories(found: Mapping[str, Sequence[Sequence[History]]], names: Sequence[str]) -> bytes:
    """Metrics by step: a panel for each metric, a line for each training of a run.

    Args:
        found: By metric, of each run those of its trainings; of the folds of one these are several.
        names: Short ones of the runs.

    Returns:
        A PNG.
    """
    from matplotlib.ticker import MaxNLocator

    figure, panels = _panels(len(found))
    for axes, (metric, several) in zip(panels, found.items(), strict=True):
        for at, lines in enumerate(several):
            # a name that begins so is in no legend: of several folds one line stands for all
            labels = [_named(names[at], len(lines)), *["_"] * len(lines)]
            for one, label in zip(lines, labels, strict=False):
                kept = np.unique(np.linspace(0, len(one.steps) - 1, _POINTS).astype(int))
                axes.plot(one.steps[kept], one.values[kept], label=label, linewidth=1.2, **_line(at))
        axes.set_title(_plain(metric), fontsize=10)
        axes.set_xlabel("step")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        _legend(axes, "")
    return _png(figure)


def _named(name: str, lines: int) -> str:
    return name if lines == 1 else f"{name}, {lines} folds"


def _panels(count: int, side: float = _SIDE) -> tuple["Figure", list["Axes"]]:
    # without pyplot: it keeps figures and looks for a screen
    from matplotlib.figure import Figure

    across = max(1, min(count, _ACROSS))
    down = max(1, -(-count // across))
    figure = Figure(figsize=(side * across, side * down), dpi=_DPI, layout="constrained")
    panels = [figure.add_subplot(down, across, at + 1) for at in range(count)]
    return figure, panels


def _line(at: int) -> dict[str, Any]:
    return {"color": _COLOURS[at % len(_COLOURS)], "linestyle": _DASHES[at // len(_COLOURS) % len(_DASHES)]}


def _plain(text: str) -> str:
    """Text of others in which a dollar is no formula."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    return (shown if len(shown) <= 40 else f"{shown[:39]}\u2026").replace("$", r"\$")


def _legend(axes: "Axes", title: str) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(title=title or None, fontsize=8, title_fontsize=8)


def _png(figure: "Figure") -> bytes:
    stream = BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()
