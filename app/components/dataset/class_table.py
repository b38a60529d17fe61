"""How much there is of every class, and where it came from."""

import streamlit as st

from app.class_colours import colours
from app.dataset import Shown
from core.data.validation.report import ClassSummary, Report
from core.inference.words import percent
from core.literal import markup


def show(shown: Shown) -> None:
    """Draw it as a table."""
    report = shown.report
    if report is None:
        return
    shades = colours([one.label for one in report.classes])
    sources = sorted({source for one in report.classes for source in one.sources})
    sources = sources if len(sources) > 1 else []  # one source has all of them
    most = max((one.slices for one in report.classes), default=0)
    rows = "".join(_row(one, shades[one.label], sources, most, report.slices) for one in report.classes)
    named = "".join(f"<th>{markup(source)}</th>" for source in sources)
    st.html(
        '<div class="wide"><table class="classes"><thead><tr><th>Class</th><th></th><th>Slices</th>'
        f"<th>Share</th><th>Series</th><th>Blocks</th>{named}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    st.caption(_facts(report))


def _row(one: ClassSummary, shade: str, sources: list[str], most: int, whole: int) -> str:
    width = 100 * one.slices / most if most else 0
    share = percent(one.slices / whole) if whole else ""
    counts = [one.slices, one.series, one.groups, *(one.sources.get(source, 0) for source in sources)]
    first, *rest = (f"<td>{count:,}</td>" for count in counts)
    cells = f"{first}<td>{share}</td>{''.join(rest)}"
    return (
        f'<tr><th title="{markup(one.label)}">{markup(one.label)}</th>'
        f'<td class="amount"><i style="width:{width:.1f}%;background:{shade}"></i></td>{cells}</tr>'
    )


def _facts(report: Report) -> str:
    """Formats, depth and imbalance in one line."""
    formats = ", ".join(f"{name} {count:,}" for name, count in report.formats.items())
    bits = ", ".join(f"{depth} bit {count:,}" for depth, count in report.bits.items())
    return (
        f"{formats}; {bits}. The largest class has {report.imbalance:.1f} times the slices of the smallest."
    )
