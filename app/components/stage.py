"""The picture, and what changes the view of it, never the answer."""

from typing import Final

import streamlit as st

from app.components import viewer
from app.messages import guarded
from app.session import session
from core.domain import Scan, Window
from core.explain.overlay import COLOUR_MAPS
from core.imaging.window import PRESETS
from core.inference.batch import Case

ANSWER: Final = "Top class"
HEADER: Final = "From the file"
FREE: Final = "Free"


@st.fragment
def show(case: Case, digests: list[str]) -> None:
    """Draw the stage; choices here redraw only it.

    Args:
        case: The slice and its answer.
        digests: The slices of the strip, for the arrow keys.
    """
    with guarded():
        view = session().view
        frame = st.container()
        with st.container(key="controls", horizontal=True, vertical_alignment="bottom", gap="small"):
            label = _label(case)
            view.colour_map = st.selectbox("Colours", [*COLOUR_MAPS], key="colours", persist_state="session")
            preset = _preset(case.scan)
            both = st.toggle("Side by side", key="both", persist_state="session")
        view.window = _window(case.scan, preset)
        with frame:
            step = viewer.show(case, label, both=both)
        if step:
            session().step(digests, step)
            st.rerun()


def _label(case: Case) -> str:
    wanted = st.selectbox("Heatmap for", [ANSWER, *case.prediction.labels], key="map", bind="query-params")
    return case.prediction.top[0] if wanted == ANSWER else wanted


def _preset(scan: Scan) -> str:
    """The window's name; a picture in grey has its window burnt in."""
    if scan.unit == "grey":
        st.selectbox("Window (view only)", ["As exported"], key="fixed_window", disabled=True,
                     help="This picture was saved with its window. Only DICOM can change it.")  # fmt: skip
        return HEADER
    names = [*([HEADER] if scan.window else []), *PRESETS, FREE]
    if st.session_state.get("preset") not in names:
        st.session_state["preset"] = names[0]
    return st.selectbox("Window (view only)", names, key="preset", persist_state="session",
                        help="Changes the view, not the answer: the model has its own window.")  # fmt: skip


def _window(scan: Scan, preset: str) -> Window | None:
    """What the slice is shown with; None is the header's, or that of the export."""
    if preset != FREE:
        return PRESETS.get(preset)
    start = scan.window or PRESETS["Abdomen"]
    with st.container(key="free_window", horizontal=True, gap="medium"):
        center = _slider("Centre, HU", "center", -1000, 1500, round(start.center), 5)
        width = _slider("Width, HU", "width", 10, 3000, round(start.width), 10)
    return Window(center, width)


def _slider(label: str, key: str, low: int, high: int, value: int, step: int) -> int:
    start = min(max(value, low), high)
    return int(st.slider(label, low, high, start, step, key=key, persist_state="session"))
