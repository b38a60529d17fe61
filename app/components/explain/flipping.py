"""What would change it: the smallest patch that, blurred away, gives another class."""

from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app import pictures
from app.components.explain import waiting
from app.explain.asked import Asked
from app.explain.explaining import explaining, framed
from app.session import session
from core.domain import Placement, Prediction
from core.explain.blurred import blurred, without
from core.explain.cam import explanation
from core.explain.flip import Flip
from core.explain.values import Square, Target
from core.imaging.window import render
from core.inference.words import colour, percent
from core.literal import markup

_READ: Final = (
    "A patch on the finding itself is what one hopes for. One in fat, bone or background that turns the "
    "answer is a reason to doubt it, and so is a very small one."
)
_TRIED: Final = (
    "The smallest of {tried} patches tried, from a thirty-second of the square's side to half of it; a "
    "smaller one that was not tried may do it too."
)
_NOTHING: Final = (
    "No patch that was tried turns {answer} into another class, from a thirty-second of the side of what "
    "the model saw to half of it: the answer hangs on no single place."
)
_BLURRED: Final = (
    "The patch is blurred until a finding in it is gone, and not blackened: a black hole would be a finding "
    "of its own."
)


def show(asked: Asked) -> None:
    """Look for it, and draw it once it is found.

    Args:
        asked: The slice and the model.
    """
    task = explaining().flip(asked.case, asked.bundle)

    def draw() -> None:
        with st.container(key="ex-flip"):
            if waiting.show(task, "flip"):
                st.html(found(asked, task.result) if task.result else nothing(asked.case.prediction))

    waiting.watch([task], draw, "flip")


def nothing(prediction: Prediction) -> str:
    """What is said where nothing that was tried changes the answer."""
    label, probability = prediction.top
    answer = f"{_dot(label)}<b>{markup(label)}</b> {percent(probability)}"
    return f'<div class="ex-flip-said"><p class="first">{_NOTHING.format(answer=answer)}</p></div>'


def found(asked: Asked, flip: Flip) -> str:
    """The slice with the patch outlined, what the model saw without it, and the two answers.

    Args:
        asked: The slice and the model.
        flip: What would change its answer.
    """
    square, placement = framed(asked.case, asked.bundle)
    row, column, side = inside(flip, placement, len(square))
    gone = without(square, blurred(square), (row, row + side), (column, column + side))
    scan = asked.case.scan
    whole = _figure(render(scan, session().view.window), (flip.left, flip.top, flip.side),
                    "The slice, with the patch outlined")  # fmt: skip
    seen = _figure(np.clip(gone.round(), 0, 255).astype(np.uint8), (column, row, side),
                   "What the model saw with the patch blurred")  # fmt: skip
    return f'<div class="ex-flip">{whole}{seen}{said(asked.case.prediction, flip, square)}</div>'


def said(prediction: Prediction, flip: Flip, square: Square) -> str:
    """The finding in words, as HTML."""
    size, share = f"{flip.side} x {flip.side}", percent(flip.share)
    first = f"Blurring this {size} pixel patch, {share} of what the model saw, turns {_answer(flip.before)} "
    rest = [_heat(prediction, flip, len(square)), _READ, _TRIED.format(tried=flip.tried), _BLURRED]
    lines = "".join(f"<p>{line}</p>" for line in rest if line)
    return f'<div class="ex-flip-said"><p class="first">{first}into {_answer(flip.after)}.</p>{lines}</div>'


def inside(flip: Flip, placement: Placement, size: int) -> tuple[int, int, int]:
    """The patch in the model's square: its first row and column, and its side.

    Args:
        flip: In the slice's own pixels.
        placement: Where the square lies.
        size: The square's side.
    """
    scale = size / placement.side
    side = min(size, max(1, round(size * flip.share**0.5)))
    starts = (round((flip.top - placement.top) * scale), round((flip.left - placement.left) * scale))
    row, column = (min(max(start, 0), size - side) for start in starts)
    return row, column, side


def _heat(prediction: Prediction, flip: Flip, size: int) -> str:
    """How much of the answer's own map lies in the patch."""
    if flip.before[0] not in prediction.labels:
        return ""
    made = explanation(prediction, Target(flip.before[0]))
    if made.flat:
        return ""
    heat = made.square(size)
    row, column, side = inside(flip, prediction.placement, size)
    part = float(heat[row : row + side, column : column + side].sum() / heat.sum())
    whose = f"The closed-form map for {markup(flip.before[0])}"
    return f"{whose} has {percent(part)} of its heat in this patch." if part else f"{whose} has no heat here."


def _figure(picture: NDArray[np.uint8], patch: tuple[int, int, int], words: str) -> str:
    """A picture on black with a patch (x, y, side) outlined, cut off at the picture's edges."""
    height, width = picture.shape
    left, top, side = patch
    right, bottom, left, top = min(left + side, width), min(top + side, height), max(left, 0), max(top, 0)
    ends = {"left": left / width, "top": top / height,
            "width": (right - left) / width, "height": (bottom - top) / height}  # fmt: skip
    style = ";".join(f"{name}:{100 * max(value, 0):.2f}%" for name, value in ends.items())
    return (
        f'<figure><div class="frame" style="aspect-ratio:{width}/{height};--ratio:{width / height:.4f}">'
        f'<img src="{pictures.slice_uri(picture)}" alt="{words}"><i style="{style}"></i></div>'
        f"<figcaption>{words}</figcaption></figure>"
    )


def _answer(one: tuple[str, float]) -> str:
    return f'<span class="answer">{_dot(one[0])}<b>{markup(one[0])}</b> {percent(one[1])}</span>'


def _dot(label: str) -> str:
    return f'<i style="background:{colour(label)}"></i>'
