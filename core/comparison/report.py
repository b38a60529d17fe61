"""A comparison as one HTML file that needs nothing from outside."""

from collections.abc import Sequence
from html import escape

from core.comparison import figures, loading
from core.config.settings import Settings
from core.tracking import store
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Run


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
    rows = "".join(
        f"<tr><th>{escape(line.label)}</th>"
        + "".join(f"<td>{f'{one.value:.4f}' if one else ''}</td>" for one in line.values)
        + "</tr>"
        for line in figures.lines(several)
    )
    heads = "".join(f"<th>{escape(run.name)}</th>" for run in runs)
    return (
        "<!doctype html><meta charset=utf-8><title>Runs compared</title>"
        f"<p>{escape(store.shown(settings))}</p>"
        f"<table><tr><th></th>{heads}</tr>{rows}</table>"
    )
