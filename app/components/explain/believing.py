"""Believe it?: each shown map's verdict in words, the curves behind it, and every number for who wants it."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from app.components.explain import believing_curves, believing_tables, turned, waiting
from app.explain import astray
from app.explain.asked import Asked
from app.explain.explaining import explaining, result_of
from core.config.settings import settings
from core.explain import kept
from core.explain.faithfulness import words
from core.explain.faithfulness.agreement import Agreement, agreement
from core.explain.faithfulness.checked import Sanity
from core.explain.faithfulness.values import Trust
from core.explain.localisation.astray import said
from core.explain.localisation.outside import LIMIT
from core.explain.methods import METHODS
from core.explain.pool.pool import Task
from core.explain.values import Explanation
from core.literal import markup

_ABOUT = (
    "A map shows what the model used, not where disease is. Here each map is held against random ones: its "
    "hottest places are blurred first, or made sharp first, and the model is asked again; then the slice "
    "is changed a little and explained anew."
)


@dataclass(frozen=True, slots=True)
class Known:
    """What there is so far.

    Attributes:
        maps: Their tasks, by method.
        trusts: What measures them, by method, once their map is there and isn't flat.
        together: How the maps agree that are there.
        sanity: The randomisation check of this model, where it was run.
    """

    maps: Mapping[str, Task]
    trusts: Mapping[str, Task]
    together: Agreement
    sanity: Sanity | None


def show(asked: Asked) -> None:
    """Draw it; maps are measured one after the other, and each verdict comes when it is ready.

    Args:
        asked: The slice, the target and the methods.
    """
    st.caption(_ABOUT)
    turned.note(asked)
    known = _known(asked)
    waiting.watch([*known.maps.values(), *known.trusts.values()], lambda: _draw(asked), "believing")


def _known(asked: Asked) -> Known:
    maps = {ask.method: explaining().map(asked.case, asked.bundle, ask) for ask in asked.asks}
    made = {key: found for key, task in maps.items() if isinstance(found := result_of(task), Explanation)}
    trusts = {
        key: explaining().trust(asked.case, asked.bundle, found)
        for key, found in made.items()
        if not found.flat
    }
    found = kept.read(asked.bundle, settings()).get(kept.SANITY)
    return Known(maps, trusts, agreement(list(made.values())), Sanity.from_json(found))


def _draw(asked: Asked) -> None:
    known = _known(asked)
    for key in known.maps:
        with st.container(key=f"ex-trust-{_name(key)}"):
            _one(asked, key, known)
    believing_tables.agreement(known.together)
    believing_tables.sanity(known.sanity, list(known.maps))
    done = {key: found for key, task in known.trusts.items() if isinstance(found := result_of(task), Trust)}
    believing_tables.numbers(done)


def _one(asked: Asked, key: str, known: Known) -> None:
    """One map: what it waits for, or what is to be said of it."""
    made = result_of(known.maps[key])
    if isinstance(made, Explanation) and made.flat:
        st.html(_said(key, words.Verdict("flat", (words.FLAT.format(target=asked.target.words),)), None))
        return
    task = known.trusts.get(key, known.maps[key])
    trust = result_of(task)
    if not isinstance(trust, Trust) or not isinstance(made, Explanation):
        st.html(f'<div class="ex-trust"><h3>{markup(METHODS[key].title)}</h3></div>')
        waiting.show(task, f"believing-{_name(key)}")
        return
    checked = known.sanity.methods.get(key) if known.sanity else None
    verdict = words.judged(trust, checked, known.together.with_others(key))
    left, right = st.columns([5, 7], gap="large")
    with left:
        st.html(_said(key, verdict, astray.share(asked, made)))
    with right:
        believing_curves.show(trust)


def _said(key: str, verdict: words.Verdict, beyond: float | None) -> str:
    first, *rest = map(markup, verdict.sentences)
    more = "".join(f"<li>{one}</li>" for one in rest)
    about = words.meaning(verdict.level)
    html = (
        f'<div class="ex-trust ex-{verdict.level}"><h3>{markup(METHODS[key].title)}</h3>'
        f'<p class="ex-level"><i></i>{words.headline(verdict.level)}</p>'
        f"{f'<p class=ex-about>{about}</p>' if about else ''}{_beyond(beyond)}"
        f"<p>{first}</p><ul>{more}</ul></div>"
    )
    return html.replace(" %", "\N{NO-BREAK SPACE}%")


def _beyond(share: float | None) -> str:
    if share is None:
        return ""
    return f'<p class="ex-beyond{" ex-flagged" if share > LIMIT else ""}">{said(share)}</p>'


def _name(key: str) -> str:
    """A method's key as a part of a class name."""
    return key.replace("+", "p")
