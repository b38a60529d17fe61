"""Changing the chosen runs: name, tag, note, archive and back; asked about in a dialog."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import streamlit as st

from app.components import notice
from app.experiments import columns
from app.experiments.reading import reader, recent
from app.messages import sentence
from app.words import counted
from core.errors import StudioError
from core.literal import literal
from core.tracking.runs.values import Run

PLACE: Final = "runs"
"""Where on the page it is said what could not be done."""
_ASKED: Final = "t-asked"
_MENU: Final = "t-change"
_NAMED: Final = 6
RENAME, TAG, NOTE, ARCHIVE, RESTORE = "Rename\u2026", "Tag\u2026", "Note\u2026", "Archive\u2026", "Restore"


def menu(picked: Sequence[Run]) -> None:
    """Draw the menu; what is chosen in it is asked about by `question`."""
    wanted = st.menu_button("Change", _offered(picked), key=_MENU, icon=":material/edit:",
                            disabled=not picked)  # fmt: skip
    if wanted == RESTORE:
        _each(picked, lambda run: reader().restore(run.id))
    elif wanted:
        st.session_state[_ASKED] = wanted


def question(picked: Sequence[Run]) -> None:
    """Draw what could not be done, and the dialog that is open, if one is."""
    notice.show(place=PLACE)
    asked = _DIALOGS.get(st.session_state.get(_ASKED, ""))
    if asked and picked:
        asked(picked)
    elif asked:
        _over()


def _offered(picked: Sequence[Run]) -> list[str]:
    one = [RENAME, TAG, NOTE] if len(picked) == 1 else [TAG]
    away = all(run.archived for run in picked) and bool(picked)
    return [RESTORE] if away else [*one, ARCHIVE]


def _over() -> None:
    st.session_state.pop(_ASKED, None)


@st.dialog("Rename the run", on_dismiss=_over)
def _rename(picked: Sequence[Run]) -> None:
    run = picked[0]
    name = st.text_input("Name", run.name, key=f"t-name-{run.short}", max_chars=500)
    _save(picked, lambda one: reader().rename(one.id, name))


@st.dialog("Tag the chosen runs", on_dismiss=_over)
def _tag(picked: Sequence[Run]) -> None:
    _about(picked)
    name = st.text_input("Tag", key="t-tag-name", max_chars=250, placeholder="such as reviewed")
    value = st.text_input("Value", key="t-tag-value", max_chars=5000, help="Leave it empty to remove the tag")
    _save(picked, lambda one: reader().tag(one.id, name, value))


@st.dialog("Note about the run", on_dismiss=_over)
def _note(picked: Sequence[Run]) -> None:
    run = picked[0]
    _about(picked)
    text = st.text_area("Note", run.note, key=f"t-note-{run.short}", max_chars=5000, height=160)
    _save(picked, lambda one: reader().note(one.id, text))


@st.dialog("Archive the chosen runs?", on_dismiss=_over)
def _archive(picked: Sequence[Run]) -> None:
    _about(picked)
    live = sum(one.live for one in picked)
    if live:
        st.warning(f"{counted(live, 'run')} of these still goes on." if live == 1 else
                   f"{live} of these still go on.", icon=":material/warning:")  # fmt: skip
    st.markdown(
        "They go out of sight with their folds and trials, here, in MLflow and for everybody. Nothing of "
        "them is lost: *More*, *Archived runs* finds them, and they can be restored."
    )
    _save(picked, lambda one: reader().archive(one.id), "Archive", keep="Keep")


_DIALOGS: Final[Mapping[str, Callable[[Sequence[Run]], None]]] = {
    RENAME: _rename, TAG: _tag, NOTE: _note, ARCHIVE: _archive,
}  # fmt: skip


def _about(picked: Sequence[Run]) -> None:
    names = [literal(columns.line(one.name)[:80]) for one in picked]
    more = len(names) - _NAMED
    st.markdown(f"**{', '.join(names[:_NAMED])}**" + (f" and {more} more" if more > 0 else ""))


def _save(
    picked: Sequence[Run], do: Callable[[Run], None], word: str = "Save", keep: str = "Leave it"
) -> None:
    """Draw the two buttons; only the first changes anything."""
    with st.container(horizontal=True):
        yes = st.button(word, key="t-change-yes", type="primary")
        no = st.button(keep, key="t-change-no")
    if yes:
        try:
            _done(picked, do)
        except StudioError as error:
            notice.say(sentence(error))
            return
    if yes or no:
        _over()
        st.rerun()


def _each(picked: Sequence[Run], do: Callable[[Run], None]) -> None:
    try:
        _done(picked, do)
    except StudioError as error:
        notice.keep(error, PLACE)
    st.rerun()


def _done(picked: Sequence[Run], do: Callable[[Run], None]) -> None:
    try:
        for run in picked:
            do(run)
    finally:
        recent().forget()
