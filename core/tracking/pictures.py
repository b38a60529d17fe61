"""Measured figures as small pictures, for MLflow's page of a run, which shows nothing else of files."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INCHES, _DPI = 4.8, 120
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
"""Told apart by colour-blind eyes (Okabe and Ito 2008)."""


def all_of(figures: Mapping[str, Any], curves: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """Every picture of one split, by a file's name.

    Args:
        figures: A SPLIT of `core.evaluation.report`.
        curves: From `core.evaluation.curves.roc`, where there are any.
    """
    title = f"{figures['slices']:,} slices of {figures['groups']:,} patient blocks"
    title += ", dealt at random: leaks" if figures["leaks"] else ""
    found = {
        "confusion.png": confusion(figures["labels"], figures["confusion"], title),
        "reliability.png": reliability(figures["reliability"], figures["ece"], title),
    }
    return found | ({"roc.png": roc(curves, title)} if curves else {})


def confusion(labels: Sequence[str], counts: Sequence[Sequence[float]], title: str = "") -> bytes:
    """How many slices of each class were given each answer, shaded by the share of the class.

    Args:
        labels: Class names.
        counts: (K, K), truth down.
        title: Above.

    Returns:
        A PNG.
    """
    figure, axes = _empty(title)
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for down, row in enumerate(counts):
        for across, count in enumerate(row):
            dark = shares[down][across] > 0.5
            text = f"{count:,.10g}\n{shares[down][across]:.0%}"
            axes.text(across, down, text, ha="center", va="center", color="white" if dark else "black")
    axes.set_xticks(range(len(labels)), list(labels), rotation=0 if len(labels) < 6 else 45)
    axes.set_yticks(range(len(labels)), list(labels))
    axes.set(xlabel="answer", ylabel="truth")
    return _png(figure)


def reliability(bins: Sequence[Mapping[str, float]], error: float, title: str = "") -> bytes:
    """How sure the answers were against how many were right; below the line is too sure.

    Args:
        bins: From `core.evaluation.calibration.reliability`.
        error: The expected calibration error, 0..1.
        title: Above.

    Returns:
        A PNG.
    """
    figure, axes = _empty(title)
    some = [one for one in bins if one["count"]]
    most = max([one["count"] for one in some], default=1)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="--")
    axes.plot([one["mean"] for one in some], [one["accuracy"] for one in some], color=_COLOURS[0])
    for one in some:
        size = 20 + 160 * one["count"] / most
        axes.scatter(one["mean"], one["accuracy"], s=size, color=_COLOURS[0], alpha=0.7)
        above = (0, 9) if one["accuracy"] < 0.9 else (0, -18)
        axes.annotate(f"{one['count']:,}", (one["mean"], one["accuracy"]), above, textcoords="offset points",
                      ha="center", fontsize=8)  # fmt: skip
    axes.set(xlim=(0, 1.03), ylim=(0, 1.03), xlabel="model probability of the answer", ylabel="share right")
    axes.text(0.03, 0.95, f"ECE {error:.3f}", fontsize=10)
    return _png(figure)


def roc(curves: Mapping[str, Sequence[Mapping[str, float]]], title: str = "") -> bytes:
    """Each class's ROC curve.

    Args:
        curves: From `core.evaluation.curves.roc`.
        title: Above.

    Returns:
        A PNG.
    """
    from core.evaluation.curves import area

    figure, axes = _empty(title)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="--")
    for number, (label, curve) in enumerate(curves.items()):
        if curve:
            name = f"{label} {area([dict(one) for one in curve]):.3f}"
            across, up = ([one[key] for one in curve] for key in ("false", "true"))
            axes.plot(across, up, color=_COLOURS[number % len(_COLOURS)], label=name)
    axes.set(xlim=(-0.01, 1), ylim=(0, 1.01), xlabel="share of the rest taken for it", ylabel="share found")
    if any(curves.values()):
        axes.legend(title="area below", loc="lower right", fontsize=9)
    return _png(figure)


def _empty(title: str) -> tuple["Figure", "Axes"]:
    # without pyplot: it keeps figures and looks for a screen
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_INCHES, _INCHES), dpi=_DPI, layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, fontsize=9)
    return figure, axes


def _png(figure: "Figure") -> bytes:
    stream = BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()
