"""Where files come in. What is too much is said before anything is read."""

from collections.abc import Sequence
from typing import Protocol

import streamlit as st

from app import resources
from app.components import model_choice
from app.intake import Intake
from app.session import KEEP_BYTES, Session
from app.words import counted
from core.config.settings import MB, Limits, settings


class Upload(Protocol):
    """As much of Streamlit's uploaded file as is used."""

    name: str
    size: int

    def getvalue(self) -> bytes: ...


def show(session: Session) -> None:
    """Draw the zone; files dropped on it start a batch. The caps are said before, not after."""
    limits = settings().limits
    files = st.file_uploader(
        "Add CT slices",
        accept_multiple_files=True,
        key=f"drop-{session.drops}",
        disabled=session.intake is not None or session.full,
        help="JPEG, PNG, TIFF, DICOM or a zip of these, known by their bytes and not by their name. "
        "They stay in memory and are gone when this tab is closed. "
        f"A session holds {KEEP_BYTES // MB} MB of decoded slices.",
        max_upload_size=limits.batch_bytes // MB,
    )
    st.caption(f"Up to {counted(limits.batch_files, 'file')} or {limits.batch_bytes // MB:,} MB at once.")
    if session.notice:
        st.warning(session.notice)
    if files:
        _take(session, files, limits)


def samples(session: Session) -> None:
    """Start a batch of the synthetic slices that come with the app."""
    files = [(sample.name, sample.data) for sample in resources.samples()]
    session.start(Intake(files, model_choice.predictor(), settings().limits))
    st.query_params["samples"] = "1"


def _take(session: Session, files: Sequence[Upload], limits: Limits) -> None:
    session.notice = too_much(files, limits)
    if session.notice:
        session.drops += 1
    else:
        session.start(Intake([(f.name, f.getvalue()) for f in files], model_choice.predictor(), limits))
    st.rerun()


def too_much(files: Sequence[Upload], limits: Limits) -> str | None:
    """Why this batch can't be taken, before any of it is opened; None when it can."""
    if len(files) > limits.batch_files:
        return (
            f"You dropped {len(files):,} files and at most {limits.batch_files:,} are read at once, so none "
            "was opened. Drop them in parts."
        )
    size = sum(file.size for file in files)
    if size > limits.batch_bytes:
        return (
            f"You dropped {size / MB:,.0f} MB and at most {limits.batch_bytes // MB:,} MB are read at once, "
            "so nothing was opened. Drop it in parts."
        )
    return None
