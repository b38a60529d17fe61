"""A person's changes to a set's slices, kept at once; what can't be done is said at the top of the page."""

from collections.abc import Callable, Iterable

import streamlit as st

from app import dataset_jobs
from app.components import notice
from app.dataset import Shown
from core.config.settings import settings
from core.data import edits, sets
from core.data.edits import Edits
from core.errors import StudioError


def relabel(shown: Shown, path: str, label: str) -> None:
    """Give a slice another class and draw the page again."""
    _change(shown, lambda: edits.relabel(shown.folder, path, label))


def exclude(shown: Shown, paths: Iterable[str]) -> None:
    """Leave slices out and draw the page again."""
    _keep(shown, lambda now: Edits(labels=now.labels, excluded=tuple(sorted({*now.excluded, *paths}))))


def undo(shown: Shown, paths: Iterable[str]) -> None:
    """Make slices what they were when they were ingested, and draw the page again."""
    gone = set(paths)
    _keep(
        shown,
        lambda now: Edits(
            labels={path: label for path, label in now.labels.items() if path not in gone},
            excluded=tuple(path for path in now.excluded if path not in gone),
        ),
    )


def undo_all(shown: Shown) -> None:
    """Forget every change and draw the page again."""
    _keep(shown, lambda now: Edits())  # noqa: ARG005


def _keep(shown: Shown, changed: Callable[[Edits], Edits]) -> None:
    """Many slices in one step: read and written once."""
    _change(shown, lambda: edits.keep(shown.folder, changed(edits.read(shown.folder))))


def _change(shown: Shown, change: Callable[[], object]) -> None:
    try:
        dataset_jobs.free(shown.name)
        with sets.locked(shown.name, settings()):
            change()
    except StudioError as error:
        notice.keep(error)
    st.rerun()
