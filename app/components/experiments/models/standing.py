"""Which model answers now, since when, by whom and why; restoring it, and the way back."""

import streamlit as st

from app import resources
from app.components.experiments.models import decisions
from app.components.experiments.models.words import capital, quoted, when
from app.experiments import promoting
from app.experiments.promoting import Registered
from core.config.settings import settings
from core.errors import BundleError
from core.inference.places import places
from core.inference.standing import Standing
from core.literal import markup
from core.tracking.registry.values import CHALLENGER, CHAMPION, Entry, called


def show(known: Registered | None) -> None:
    """Draw it.

    Args:
        known: What the registry says; None where it can't be asked: nothing can be decided then.
    """
    try:
        standing: Standing | None = resources.standing()
    except BundleError:
        standing = None
    with st.container(key="r-standing"):
        st.html(_words(standing, known))
        if known is not None:
            with st.container(key="r-standing-actions", horizontal=True, gap="small"):
                _actions(standing, known)


def _words(standing: Standing | None, known: Registered | None) -> str:
    wanted = places(settings()).champion
    number = standing.version if standing else ""
    if standing is None:
        title = "No model answers"
    elif standing.trouble and wanted:
        title = f"The shipped model answers: {called(wanted.version)} can't be used"
    else:
        title = f"{capital(number)} answers"
    lines = [_model(standing), _since(known, wanted.version if wanted else ""), _challenges()]
    said = "".join(f"<p>{line}</p>" for line in lines if line)
    kind = "trouble" if standing is None or standing.trouble else "fine"
    return f'<div class="r-standing {kind}"><h3>{markup(title)}</h3>{said}</div>'


def _model(standing: Standing | None) -> str:
    if standing is None:
        return "Neither a champion nor the shipped model can be loaded."
    card = standing.predictor.bundle.card
    return f"{markup(card.name)}, version {markup(card.version)}, {markup(card.backbone)}"


def _since(known: Registered | None, number: str) -> str:
    """Who let it answer, when and why, as history has it; else as this machine has it."""
    place = places(settings()).champion
    last = _last(known, number)
    if last:
        deed = {"promoted": "promoted", "rolled back": "rolled back to"}.get(last.deed, "set")
        over = f" although not met: {markup(', '.join(last.overridden))}" if last.overridden else ""
        by = markup(last.by or "somebody")
        return f"{deed.capitalize()} {when(last.at)} by {by}{over}. {quoted(last.why)}"
    if place:
        return f"Since {when(place.since)}, by {markup(place.by or 'somebody')}. {quoted(place.why)}"
    return "No version was promoted so far." if known is not None else ""


def _last(known: Registered | None, number: str) -> Entry | None:
    several = [one for one in known.history if one.alias == CHAMPION] if known else []
    return several[0] if several and several[0].version == number else None


def _challenges() -> str:
    place = places(settings()).by_alias.get(CHALLENGER)
    return f"{capital(place.version)} challenges, since {when(place.since)}." if place else ""


def _actions(standing: Standing | None, known: Registered) -> None:
    decisions.name()
    wanted = promoting.champion()
    version = known.number(wanted)
    if version and (standing is None or standing.trouble):
        st.button(f"Restore {version.ref}", key="r_restore", icon=":material/healing:", type="primary",
                  help="Fetch its files again from where its run was logged",
                  on_click=decisions.restore, args=(version,))  # fmt: skip
    target = promoting.goes_back_to(known)
    if target is not None:
        _way_back(target)
    if any(CHALLENGER in one.aliases for one in known.versions):
        st.button("End the challenge", key="r_unchallenge", icon=":material/close:",
                  on_click=decisions.challenge, args=(None,))  # fmt: skip


def _way_back(target: str) -> None:
    with st.popover(f"Roll back to {called(target)}", icon=":material/undo:", key="r-rollback"):
        st.caption(
            f"{capital(target)} answers again, here and in the API, within seconds. Requests that are under "
            "way end with the model that they began with."
        )
        st.text_input("Why", key=decisions.BACK_WHY, max_chars=1000,
                      placeholder="What is wrong with what answers now")  # fmt: skip
        st.button("Roll back", key="r_back", type="primary", on_click=decisions.rollback)
