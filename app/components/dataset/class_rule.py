"""Which folder is of which class: a table that a person may change."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app import dataset_jobs, messages
from app.components import notice
from app.dataset import Shown
from core.config.settings import settings
from core.data import classes, sets
from core.errors import StudioError


def show(shown: Shown) -> None:
    """Draw the rule; while a job works on the set it can't be changed."""
    with st.container(key="class-rule"):
        _table(shown, dataset_jobs.busy(shown.name))


def _table(shown: Shown, busy: bool) -> None:
    st.subheader("Class rule", anchor=False)
    st.caption(
        "The class of a slice comes from the folder it lay in. Give two folders one class to join them; "
        "leave a class empty to leave the folder out. Pixels and files stay as they are."
    )
    counts = Counter(one.folder for one in shown.slices)
    rows = [
        {"Folder": folder, "Slices": counts[folder], "Class": label or ""}
        for folder, label in shown.rule.items()
    ]
    changed = st.data_editor(
        rows, key=f"rule-{shown.name}-{shown.stamp[3]}", hide_index=True,
        disabled=True if busy else ["Folder", "Slices"],
        column_config={"Slices": st.column_config.NumberColumn(format="localized", width="small"),
                       "Class": st.column_config.TextColumn(max_chars=100)},
    )  # fmt: skip
    wanted = rule(changed)
    same = wanted == {folder: label or None for folder, label in shown.rule.items()}
    if st.button("Save and measure again", key="save-rule", icon=":material/save:", disabled=busy or same):
        save(shown, wanted)


def rule(rows: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """The rule that a table says."""
    return {str(row["Folder"]): str(row["Class"] or "").strip() or None for row in rows}


def save(shown: Shown, wanted: Mapping[str, str | None]) -> None:
    """Keep a rule and measure the set again; what can't work is said."""
    try:
        dataset_jobs.free(shown.name)
        with sets.locked(shown.name, settings()):
            classes.write(shown.folder, wanted)
        dataset_jobs.measure(shown.name)
    except StudioError as error:
        notice.say(messages.sentence(error))
    else:
        st.rerun()
