"""What the person of this tab says slices are; in memory, and gone with the slices."""

from typing import Final
from weakref import WeakKeyDictionary

import streamlit as st

from app.session import Session, session
from app.words import counted
from core.inference.batch import Case

_KEY: Final = "corrections"


def of(case: Case) -> str | None:
    """What the person says a slice is; None where that is open."""
    return _said().get(case.scan.digest)


def say(digest: str, label: str | None) -> None:
    """Keep what a slice is; None leaves it open again."""
    said = _said()
    said.pop(digest, None)
    if label is not None:
        # the latest comes last
        said[digest] = label


def marked() -> list[tuple[Case, str]]:
    """Slices that the person said something about, the latest last."""
    cases = {case.scan.digest: case for case in session().cases}
    return [(cases[digest], label) for digest, label in _said().items() if digest in cases]


def summary(found: list[tuple[Case, str]]) -> str:
    """How many corrections there are, and how many of them the model had not said."""
    unlike = sum(case.prediction.label != label for case, label in found)
    return f"{counted(len(found), 'correction')}, {unlike or 'none'} unlike the model's answer"


def _said() -> dict[str, str]:
    """By digest. It hangs on the session's own object, so clearing that forgets it too."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = WeakKeyDictionary[Session, dict[str, str]]()
    held: WeakKeyDictionary[Session, dict[str, str]] = st.session_state[_KEY]
    return held.setdefault(session(), {})
