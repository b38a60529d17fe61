"""The numbers behind the verdicts: agreement, the randomisation check, areas and stability."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from core.explain.faithfulness import agreement as compared
from core.explain.faithfulness.checked import ALIKE, Sanity
from core.explain.faithfulness.values import Trust
from core.explain.faithfulness.words import share_beaten
from core.explain.methods import METHODS
from core.literal import markup
from core.percent import percent

UNCHECKED: Final = (
    "Whether the maps of this model come from what it learned was not checked yet: the randomisation check "
    "(Adebayo et al. 2018) runs once a model and is kept with it."
)


def agreement(together: compared.Agreement) -> None:
    """Each shown method with each other one; nothing where there are fewer than two maps."""
    if len(together.methods) < 2:
        return
    names = [METHODS[key].title for key in together.methods]
    rows = []
    for row, name in enumerate(names):
        pairs = zip(together.rank[row], together.hottest[row], strict=True)
        cells = [
            "\N{EM DASH}" if column == row else _pair(rank, hottest)
            for column, (rank, hottest) in enumerate(pairs)
        ]
        rows.append([name, *cells])
    st.html(
        '<h3 class="ex-part">Do the methods agree?</h3><p class="ex-how">Rank correlation of two maps, -1 to '
        f"1, and in brackets what their hottest {percent(compared.HOTTEST)} share.</p>"
        + table(["", *names], rows)
    )


def sanity(found: Sanity | None, shown: Sequence[str]) -> None:
    """The randomisation check, the shown methods first.

    Args:
        found: What was kept with the model; None where it was never run.
        shown: Keys of the methods on the page.
    """
    title = '<h3 class="ex-part">Do the maps come from what the model learned?</h3>'
    if found is None:
        st.html(f'{title}<p class="ex-how">{UNCHECKED}</p>')
        return
    order = [*(key for key in shown if key in found.methods), *(k for k in found.methods if k not in shown)]
    rows = []
    for key in order:
        one = found.methods[key]
        name = METHODS[key].title if key in METHODS else key
        rows.append([name, "passes" if one.passed else "fails", *(f"{value:.2f}" for value in one.cascading)])
    missing = [METHODS[key].title for key in shown if key not in found.methods]
    left_out = f" Not checked: {', '.join(missing)}." if missing else ""
    st.html(
        f'{title}<p class="ex-how">How alike maps stay (rank correlation) when the weights are replaced by '
        f"random ones, from the head down, on {found.squares} synthetic slices. With all of them random it "
        f"must be below {ALIKE}.{markup(left_out)}</p>"
        + table(
            ["Method", "", *(f"to {depth}" if at else depth for at, depth in enumerate(found.depths))], rows
        )
    )


def numbers(trusts: Mapping[str, Trust]) -> None:
    """All of it for a researcher, folded away; nothing where nothing was measured yet."""
    if not trusts:
        return
    with st.expander("Numbers"):
        head = ["Method", "Deletion area", "random", "Insertion area", "random", "Beats", "Stability"]
        st.html(table(head, [_row(key, one) for key, one in trusts.items()]))
        st.caption(
            "Areas under the curves (Petsiuk et al. 2018): deletion should be small, insertion large. Random "
            "maps have the map's own power spectrum; their range is given. Stability is the rank correlation "
            "of the map with that of the changed slice, moved back."
        )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that scrolls by itself where it is too wide; its texts are shown as they are."""
    top = "".join(f'<th scope="col">{markup(one)}</th>' for one in head)
    body = "".join(
        f'<tr><th scope="row">{markup(first)}</th>{"".join(f"<td>{markup(one)}</td>" for one in rest)}</tr>'
        for first, *rest in rows
    )
    return (
        '<div class="ex-table" tabindex="0"><table><thead><tr>'
        f"{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _pair(rank: float, hottest: float) -> str:
    return "flat" if math.isnan(rank) or math.isnan(hottest) else f"{rank:.2f} ({percent(hottest)})"


def _row(key: str, one: Trust) -> list[str]:
    down, up = one.random_deletion, one.random_insertion
    stable = "; ".join(f"{name}: {value:.2f}" for name, value in one.stability.items())
    return [
        METHODS[key].title,
        f"{one.deletion.area:.3f}", f"{down.min():.3f} to {down.max():.3f}",
        f"{one.insertion.area:.3f}", f"{up.min():.3f} to {up.max():.3f}",
        percent(share_beaten(one.curves)), stable,
    ]  # fmt: skip
