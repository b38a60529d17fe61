"""What augmentation does to slices of the chosen set: the very copies that a run would learn from."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app import dataset, pictures, training_form
from app.components.dataset.look import short
from app.dataset import Shown
from core.config.params import Params
from core.config.settings import settings
from core.data import pictures as files
from core.data.catalog import Slice
from core.errors import InputError
from core.imaging.preprocess import PreprocessSpec, equalise, frame
from core.literal import markup
from core.training.inputs import augment

SLICES: Final = 4
COPIES: Final = 3
_SIDE: Final = 240
"""Of a picture on the page, pixels."""
_HEADS: Final = ("As it is", *(f"Copy {number}" for number in range(1, COPIES + 1)))
_TURN: Final = "tr-form-turn"


def show(name: str) -> None:
    """Draw some slices of a set, each with some changed copies; and a button for other slices."""
    shown, params = dataset.shown(name), training_form.whatever(training_form.values())
    if not shown.labels:
        st.caption("This set has no slice that counts, so there is nothing to show.")
        return
    rows = [_row(shown, params, one) for one in chosen(shown, int(st.session_state.get(_TURN, 0)))]
    heads = "".join(f"<span>{head}</span>" for head in _HEADS)
    st.html(f'<div class="tr-form-preview"><div><b></b>{heads}</div>{"".join(rows)}</div>')
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Other slices", key="tr-form-other", icon=":material/shuffle:", on_click=_turn)
        st.caption(_note(params))


def chosen(shown: Shown, turn: int) -> list[Slice]:
    """Slices of different classes, as far as there are; others at each turn."""
    rng = np.random.default_rng(turn)
    by_label: dict[str, list[Slice]] = {}
    for one in shown.slices:
        if one.path in shown.labels:
            by_label.setdefault(shown.labels[one.path], []).append(one)
    drawn = [[some[at] for at in rng.permutation(len(some))[:SLICES]] for _, some in sorted(by_label.items())]
    rounds = [some[number] for number in range(SLICES) for some in drawn if number < len(some)]
    return rounds[:SLICES]


def copies(square: NDArray[np.uint8], sha256: str, params: Params) -> list[NDArray[np.uint8]]:
    """A framed slice and its first copies, as the network sees them.

    Args:
        square: (S, S) uint8, framed.
        sha256: The slice's digest, hex.
        params: The recipe.

    Returns:
        1 + `COPIES` of (S, S) uint8.
    """
    changed = augment.preview(square, params.augmentation, params.training.seed, sha256, COPIES)
    return [equalise(one, PreprocessSpec.of(params.model)) for one in (square, *changed)]


def _turn() -> None:
    st.session_state[_TURN] = int(st.session_state.get(_TURN, 0)) + 1


def _note(params: Params) -> str:
    if augment.idle(params.augmentation):
        return "Every strength is 0, so a copy is the slice itself."
    return "Evened out in contrast and cut as the network gets them. The same seed draws the same copies."


def _row(shown: Shown, params: Params, one: Slice) -> str:
    """A slice and its copies as markup; a slice that can't be read says so."""
    label = shown.labels[one.path]
    head = f'<div title="{markup(one.path)}"><b>{markup(short(label))}</b>'
    recipe = params.model_dump(mode="json", include={"model", "augmentation"})
    try:
        place = (str(shown.folder), one.path, shown.stamp[0])
        uris = _drawn(place, one.sha256, recipe, params.training.seed, params)
    except (InputError, OSError):  # the file is gone, or was changed by hand
        return f"{head}<em>can't be read any more</em></div>"
    cells = (
        f'<img src="{uri}" alt="{markup(label)}, {what.lower()}">'
        for uri, what in zip(uris, _HEADS, strict=True)
    )
    return f"{head}{''.join(cells)}</div>"


@st.cache_data(max_entries=200, show_spinner=False)
def _drawn(
    place: tuple[str, str, int], sha256: str, recipe: dict[str, Any], seed: int, _params: Params  # noqa: ARG001
) -> list[str]:  # fmt: skip
    square = _framed(*place, _params.model.size, _params.model.crop_body)
    return [pictures.thumbnail_uri(one, _SIDE) for one in copies(square, sha256, _params)]


@st.cache_data(max_entries=32, show_spinner=False)
def _framed(folder: str, path: str, stamp: int, size: int, crop_body: bool) -> NDArray[np.uint8]:  # noqa: ARG001
    spec = PreprocessSpec(size=size, crop_body=crop_body)
    return frame(files.grey(Path(folder) / path, spec, settings().limits), spec)[0]
