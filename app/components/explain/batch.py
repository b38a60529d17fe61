"""All slices: where the model looks for each class on the whole, and which of its maps can be believed."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app import navigation
from app.components import live, model_choice
from app.components.explain import batch_list, batch_means, waiting
from app.explain.asked import Asked
from app.explain.batch_checks import Checks, Pair, answered, checks
from app.session import session
from app.words import counted
from core.config.settings import settings
from core.explain.faithfulness.checked import known
from core.explain.faithfulness.words import check
from core.explain.methods import DEFAULT
from core.literal import literal
from core.models.bundle import Bundle

_ONE: Final = (
    "This view is about many slices together, and there is only one. Add the other slices of its series, or "
    "a whole folder, on Review."
)
_DECLINED: Final = (
    "None of the {slices} was given a class by this model, so there is nothing to sum up. Maps of declined "
    "slices mean little."
)
_CHECK: Final = (
    "Measures for each slice's closed-form map how far it can be believed, as Believe it? does for one. "
    "It goes on while this view is open."
)


def show(asked: Asked) -> None:
    """Draw it.

    Args:
        asked: The slice on the screen, which is one of the session's, and the model.
    """
    cases = session().cases
    found = list(answered(cases, asked.bundle))
    with st.container(key="ex-batch"):
        if len(cases) < 2 or not found:
            _too_few(len(cases))
            return
        batch_means.show(found, asked.bundle, len(cases))
        _trust(found, asked.bundle)


def _too_few(count: int) -> None:
    st.markdown(_ONE if count < 2 else _DECLINED.format(slices=counted(count, "slice")))
    if st.button("Add slices on Review", key="ex-batch-add", icon=":material/radiology:"):
        model = st.query_params.get(model_choice.KEY)
        st.switch_page(navigation.REVIEW, query_params={model_choice.KEY: model} if model else {})


def _trust(found: Sequence[Pair], bundle: Bundle) -> None:
    now, maps = checks(bundle), [pair for pair in found if not pair[1].flat]
    st.html('<h3 class="ex-batch-heading">Most and least trustworthy maps</h3>')
    if not maps:
        st.markdown("Every map points nowhere: there is none to believe.")
        return
    if why := warning(bundle):
        st.warning(why, icon=":material/warning:")
    going = now.going

    def turn() -> None:
        # the page once more where this began or ended: only it can set how often this is drawn
        if going == now.going:
            now.turn(maps, bundle)
        if going != now.going:
            st.rerun()
        _line(now, len(maps), len(now.left(maps)))

    live.draw(turn, waiting.EVERY if going else None, "ex-batch-turn")
    batch_list.show([case for case, _ in maps], now.trusts, len(found) - len(maps))


def warning(bundle: Bundle) -> str:
    """Why no closed-form map of this model can be believed; empty where its randomisation check passed.

    Args:
        bundle: The model; nothing is said where the check was not run.
    """
    checked = known(bundle, settings()).get(DEFAULT)
    return check(checked) if checked and not checked.passed else ""


def _line(now: Checks, count: int, left: int) -> None:
    # one height in every state: the list below it stays where it is
    with st.container(key="ex-batch-line", horizontal=True, vertical_alignment="center", gap="small"):
        if now.going:
            st.progress(now.share(count - left, left), _far(now, count, left))
            st.button("Stop", key="ex-batch-stop", icon=":material/stop:", on_click=now.stop)
        elif left:
            _offer(now, count, left)
        else:
            st.caption(f"All {counted(count, 'map')} checked.")


def _offer(now: Checks, count: int, left: int) -> None:
    words = f"Check all {counted(count, 'slice')}" if left == count else f"Check the {left:,} left"
    st.button(words, key="ex-batch-go", icon=":material/checklist:", on_click=now.start, help=_CHECK)
    said = f"{count - left:,} of {count:,} checked." if left < count else "None checked so far."
    st.markdown(literal(now.error or said), width="stretch")


def _far(now: Checks, count: int, left: int) -> str:
    done, seconds = f"{count - left:,} of {counted(count, 'map')} checked", now.seconds_left(left)
    if seconds is None:
        return done
    return f"{done}, about " + (f"{seconds:.0f} s left" if seconds < 90 else f"{seconds / 60:.0f} min left")
