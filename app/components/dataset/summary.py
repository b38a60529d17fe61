"""The verdict as one line, what the set holds, and what of this page is out of date."""

from typing import Final

import streamlit as st

from app import dataset_jobs
from app.components import notice
from app.dataset import Shown
from app.words import counted
from core.errors import StudioError
from core.literal import markup

_KIND: Final = {"problem": "unusable", "warning": "warned"}


def show(shown: Shown, *, busy: bool) -> None:
    """Draw it.

    Args:
        shown: The set.
        busy: A job works on it: nothing else can be asked of it now.
    """
    report = shown.report
    levels = [finding.level for finding in report.findings] if report else []
    kind = next((_KIND[level] for level in ("problem", "warning") if level in levels), "fine")
    verdict = f"{shown.name} is {report.verdict}" if report else f"{shown.name} was not looked over yet"
    st.html(
        f'<div class="set-verdict {kind if report else "unknown"}"><h2>{markup(verdict)}</h2>'
        f"<p>{markup(_holds(shown))}</p></div>"
    )
    for sentence in shown.trouble:
        notice.say(sentence)
    if not busy:
        _outdated(shown)


def _holds(shown: Shown) -> str:
    counts = [one for one in shown.slices if one.path in shown.labels]
    said = [
        counted(len(counts), "slice"),
        counted(len({shown.labels[one.path] for one in counts}), "class", "classes"),
        counted(len({one.series for one in counts}), "series", "series"),
        counted(len({one.group for one in counts}), "patient block"),
    ]
    left = len(shown.slices) - len(counts)
    if left:
        said.append(f"{counted(left, 'slice')} excluded")
    if shown.report and shown.report.left_out:
        said.append(f"{counted(len(shown.report.left_out), 'file')} not read")
    return ", ".join(said)


def _outdated(shown: Shown) -> None:
    """Offer to measure where that was never done, or before something was changed."""
    if shown.stale:
        words = "Classes or slices were changed since these figures and the split were made."
        label = "Measure again"
    elif shown.report is None or shown.leaks is None or not shown.rows:
        words = "This set has no report, split or leak meter yet."
        label = "Measure"
    else:
        return
    with st.container(key="outdated", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<div class="outdated">{markup(words)}</div>', width="content")
        st.button(label, key="measure", icon=":material/refresh:", on_click=measure, args=(shown.name,))


def measure(name: str) -> None:
    """Start the job; where it can't start, that is said. For a button's callback."""
    try:
        dataset_jobs.measure(name)
    except StudioError as error:
        notice.keep(error)
