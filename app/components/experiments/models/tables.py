"""Every registered version, and who decided what."""

from typing import Final
from urllib.parse import quote

import streamlit as st

from app.components.experiments.models.words import capital, quoted, when
from app.experiments.promoting import Registered
from core.literal import markup
from core.tracking.registry.values import CHAMPION, Entry, Version

_MOST: Final = 200
"""Rows of a table: more would freeze a browser."""


def versions(known: Registered) -> None:
    """Draw the versions; what can be done with one is above, once it is chosen there."""
    st.subheader("Registered versions", anchor=False)
    if not known.versions:
        st.caption("None yet. A run that is measured is registered, and gets a number.")
        return
    head = "".join(
        f"<th>{name}</th>" for name in ("Version", "", "Model", "Has learnt from", "Registered", "")
    )
    rows = "".join(_version(one) for one in known.versions[:_MOST])
    _table(head, rows, len(known.versions))


def history(known: Registered) -> None:
    """Draw the decisions, newest first."""
    st.subheader("Who decided what", anchor=False)
    if not known.history:
        st.caption("No model was promoted yet.")
        return
    head = "".join(f"<th>{name}</th>" for name in ("When", "What", "Instead of", "By", "Why"))
    _table(head, "".join(_entry(one) for one in known.history[:_MOST]), len(known.history))


def _table(head: str, rows: str, several: int) -> None:
    st.html(f'<div class="wide"><table class="r-table"><thead><tr>{head}</tr></thead>{rows}</table></div>')
    if several > _MOST:
        st.caption(f"The newest {_MOST} of {several:,}.")


def _version(one: Version) -> str:
    aliases = "".join(f'<span class="r-alias {_kind(name)}">{markup(name)}</span>' for name in one.aliases)
    # a new tab: the slices in this one would be lost
    link = (
        f'<a href="review?model={quote(one.ref)}" target="_blank">Review with it</a>' if one.ours
        else "of another program"
    )  # fmt: skip
    return (
        f"<tr><th>{one.ref}</th><td>{aliases}</td><td>{markup(f'{one.name} {one.bundle}'[:200])}</td>"
        f"<td>{markup(one.dataset[:200])}</td><td>{when(one.created)}</td><td>{link}</td></tr>"
    )


def _kind(alias: str) -> str:
    return "on" if alias == CHAMPION else ""


def _entry(one: Entry) -> str:
    over = f"<em>not met: {markup(', '.join(one.overridden))}</em>" if one.overridden else ""
    return (
        f"<tr><td>{when(one.at)}</td><th>{markup(_deed(one))}</th><td>{_before(one)}</td>"
        f'<td class="r-words">{markup(one.by)}</td><td class="r-words">{quoted(one.why)} {over}</td></tr>'
    )


def _deed(one: Entry) -> str:
    if one.alias != CHAMPION:
        return f"v{one.version} challenges" if one.version else "No challenger any more"
    said = {"promoted": "promoted", "rolled back": "again, rolled back", "set outside": "set outside the app"}
    return f"{capital(one.version)} {said.get(one.deed, one.deed)}"


def _before(one: Entry) -> str:
    return capital(one.before) if one.alias == CHAMPION or one.before else ""
