"""The same picture several times: side by side, those of several classes first, since they matter most."""

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from app import dataset
from app.components.dataset import changing, look
from app.dataset import Shown
from app.messages import guarded
from app.words import counted
from core.data.validation.report import Duplicates, Report

PAGE: Final = 12
SHOWN: Final = 8
"""Pictures of a set of copies that are drawn."""
_STEP: Final = 140
"""From one picture to the next, pixels."""
_LEAST: Final = 290
"""Width of a set, pixels: its buttons beside each other."""
SIDE: Final = 160
_WORDS: Final = {
    "Across classes": "One picture, several classes: at most one of them is right.",
    "Across the source's splits": "One picture lies in several of the source's own splits.",
    "Equal files": "The same file, byte for byte.",
    "Near equal": "Each is almost the same picture as another of its set; the ends of a long set can differ.",
}


def show(shown: Shown) -> None:
    """Draw it."""
    look.style()
    if shown.report is None:
        st.caption("Nobody looked for duplicates yet. Measure the set to find them.")
        return
    found = {what: sets for what, sets in kinds(shown.report).items() if sets}
    if not found:
        st.caption("No picture comes twice in this set.")
        return
    _draw(shown, found)


def kinds(report: Report) -> dict[str, Sequence[Duplicates]]:
    """Sets of copies by what is wrong with them, the worst first."""
    return dict(zip(_WORDS, (report.conflicts, report.crossing, report.exact, report.near), strict=True))


@st.fragment
def _draw(shown: Shown, found: Mapping[str, Sequence[Duplicates]]) -> None:
    with guarded():
        names = list(found)
        what = st.segmented_control(
            "Duplicates", names, default=names[0], required=True, key=f"copies-{shown.name}",
            format_func=lambda name: f"{name} ({len(found[name]):,})", label_visibility="collapsed",
            persist_state="session",
        )  # fmt: skip
        what = what if what in found else names[0]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"{_WORDS[what]} Excluding a copy leaves it out of the split; its file stays.")
            _all(shown, what, found[what])
        pages = -(-len(found[what]) // PAGE)
        key = f"copies-page-{shown.name}-{what}-{pages}"
        place = min(max(int(st.session_state.get(key, 1)), 1), pages) - 1
        with st.container(key="copies-sets", horizontal=True, gap="medium"):
            for number, one in enumerate(found[what][place * PAGE : (place + 1) * PAGE], place * PAGE):
                # small sets stand side by side
                with st.container(width=max(_LEAST, _STEP * min(len(one.paths), SHOWN + 1)), gap="small"):
                    _set(shown, one, f"{what}-{number}")
        if pages > 1:
            st.pagination(pages, key=key, max_visible_pages=5, persist_state="session")


def _all(shown: Shown, what: str, found: Sequence[Duplicates]) -> None:
    """Exclude every copy at once; not across classes, where the first may be the wrong one."""
    out = set(shown.edits.excluded)
    agreed = [one for one in found if len(set(one.labels)) == 1 and are_copies(shown, one.paths)]
    copies = sorted({path for one in agreed for path in spare(one.paths, out)})
    if not copies:
        return
    if st.button(
        f"Exclude all {counted(len(copies), 'copy', 'copies')}", key=f"copies-all-{shown.name}-{what}",
        help="Keeps the first of every set. It can be undone under Edits.",
    ):  # fmt: skip
        changing.exclude(shown, copies)


def are_copies(shown: Shown, paths: Sequence[str]) -> bool:
    """Whether each is a copy of each: equal files, or a pair. A long set of near-equal ones is a series."""
    if len(paths) <= 2:
        return True
    wanted = set(paths)
    return len({one.sha256 for one in shown.slices if one.path in wanted}) == 1


def spare(paths: Sequence[str], out: set[str]) -> list[str]:
    """What can go: all that still counts but the first of it.

    Args:
        paths: Of one set of copies.
        out: Excluded already.
    """
    return [path for path in paths if path not in out][1:]


def _set(shown: Shown, one: Duplicates, key: str) -> None:
    out = set(shown.edits.excluded)
    part, shades = look.parts(shown), look.shades(shown)
    drawn = "".join(
        look.figure(shown, path, dataset.thumbnail(shown.name, path, SIDE),
                    shade=shades[look.label(shown, path)], under=_under(own, part.get(path, "")))
        for path, own in list(zip(one.paths, one.splits, strict=True))[:SHOWN]
    )  # fmt: skip
    more = len(one.paths) - SHOWN
    tail = f'<span class="more">and {more:,} more</span>' if more > 0 else ""
    st.html(
        f'<div class="copies-head">{counted(len(one.paths), "slice")}</div>'
        f'<div class="copies">{drawn}{tail}</div>'
    )
    _buttons(shown, one, key, out)


def _under(own: str, part: str) -> str:
    return ", ".join(word for word in (own and f"came in {own}", look.part_name(part)) if word)


def _buttons(shown: Shown, one: Duplicates, key: str, out: set[str]) -> None:
    name = f"{shown.name}-{key}"
    copies = spare(one.paths, out) if are_copies(shown, one.paths) else []
    with st.container(key=f"copies-do-{name}", horizontal=True, gap="small"):
        words = "Exclude the copy" if len(copies) == 1 else f"Exclude {len(copies)} copies"
        if copies and st.button(words, key=f"copies-one-{name}", help="Keeps the first"):
            changing.exclude(shown, copies)
        left = [path for path in one.paths if path not in out]
        if len(set(one.labels)) > 1 and left and st.button(
            "Exclude all of them", key=f"copies-every-{name}", help="None of these classes can be trusted"
        ):  # fmt: skip
            changing.exclude(shown, left)
        gone = [path for path in one.paths if path in out]
        if gone and st.button("Undo", key=f"copies-undo-{name}", icon=":material/undo:"):
            changing.undo(shown, gone)
