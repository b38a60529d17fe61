"""The leak meter: how often a split puts a slice's twin into training, and what memory alone then scores."""

from html import escape
from typing import Final

import streamlit as st

from app import dataset
from app.components.dataset import look
from app.dataset import Shown
from app.messages import guarded
from app.words import counted
from core.data.leakage import Leaks, SplitLeak, Twin
from core.data.split import leaks as cut
from core.inference.words import percent

SIDE: Final = 160
"""Of a twin's picture, pixels."""
_LEAKING: Final = 0.05
"""From this share of twins on a row is marked as leaking: memory then moves the figure by whole percents."""
_NAMES: Final = {
    "random": "Random split",
    "source": "The source's own split",
    "manifest": "This set's split",
    "grouped": "Grouped split",
}


def show(shown: Shown) -> None:
    """Draw it."""
    look.style()
    if shown.leaks is None:
        st.html(
            '<div class="leaks-none"><b>Leak meter</b> Nobody measured yet how much a split of this set '
            "leaks. Measure the set: that takes seconds and changes no slice.</div>"
        )
        return
    st.html(markup(shown, shown.leaks))
    twins = {leak.strategy: leak for leak in rows(shown, shown.leaks) if leak.twins}
    if twins:
        _folded(shown, twins)


def rows(shown: Shown, found: Leaks) -> list[SplitLeak]:
    """The splits worth a row, the leaking ones first. This set's own is one where it cuts groups."""
    own = found.manifest if shown.rows and cut(shown.rows) else None
    said = (found.random, found.source, own, found.grouped)
    return [leak for leak in said if leak is not None and leak.slices]


def markup(shown: Shown, found: Leaks) -> str:
    """Rows with bars, and the finding below."""
    lines = "".join(_row(leak) for leak in rows(shown, found))
    return (
        '<section class="leaks" aria-label="Leak meter"><div class="leaks-head"><b>Leak meter</b>'
        '<span title="Near-twins correlate at 0.96 or more at 32 x 32 pixels">'
        "test slices with a twin in training</span>"
        '<span title="One nearest neighbour on 32 x 32 raw pixels: it learns nothing of disease, '
        'it only remembers pictures">one nearest neighbour scores</span></div>'
        f'{lines}<p class="leaks-said">{escape(found.sentence)}</p></section>'
    )


def leaking(leak: SplitLeak) -> bool:
    """Whether a split lets enough twins through to mislead."""
    return leak.with_twin >= _LEAKING


def _row(leak: SplitLeak) -> str:
    bad = leaking(leak) or leak.strategy == "manifest"
    mark = '<em class="leaks-mark">leaks</em>' if bad else ""
    name = _NAMES.get(leak.strategy, leak.strategy)
    words = (
        f"{name}: {percent(leak.with_twin)} of {counted(leak.slices, 'test slice')} have a twin in training"
    )
    return (
        f'<div class="leaks-row{" bad" if bad else ""}" title="{escape(words)}">'
        f'<div class="leaks-name">{escape(name)}{mark}</div>'
        f"{_bar('with a twin', leak.with_twin)}{_bar('1-NN scores', leak.accuracy)}</div>"
    )


def _bar(what: str, share: float) -> str:
    filled = f'<i style="width:{100 * share:.1f}%"></i>'
    return (
        f'<div class="leaks-bar"><span class="what">{what}</span>'
        f"<div>{filled if share else ''}</div><b>{percent(share)}</b></div>"
    )


def _folded(shown: Shown, found: dict[str, SplitLeak]) -> None:
    """The examples; they are decoded only while someone looks."""
    fold = st.expander("Show twins", key=f"twins-{shown.name}", on_change="rerun", icon=":material/compare:")
    if not fold.open:
        return
    with fold, guarded():
        names = list(found)
        chosen: str | None = names[0]
        if len(names) > 1:
            chosen = st.segmented_control(
                "Split", names, default=names[0], required=True, key=f"twins-of-{shown.name}",
                format_func=lambda name: _NAMES.get(name, name), label_visibility="collapsed",
            )  # fmt: skip
        leak = found[chosen or names[0]]
        st.caption(
            "Left: a slice that is tested. Right: one in training that it can be recognised by. "
            "Correlation at 32 x 32 pixels."
        )
        shades = look.shades(shown)
        pairs = "".join(_pair(shown, twin, shades) for twin in leak.twins)
        st.html(f'<div class="pairs">{pairs}</div>')


def _pair(shown: Shown, twin: Twin, shades: dict[str, str]) -> str:
    sides = "".join(
        look.figure(shown, path, dataset.thumbnail(shown.name, path, SIDE),
                    shade=shades[look.label(shown, path)], under=role)
        for path, role in ((twin.test, "tested"), (twin.train, "in training"))
    )  # fmt: skip
    return f'<div class="pair">{sides}<p>correlation {twin.correlation:.3f}</p></div>'
