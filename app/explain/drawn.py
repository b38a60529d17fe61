"""What the browser is given to draw maps from: grey pictures of heat, a scale, and words."""

import base64
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final

import streamlit as st

from app import pictures
from app.explain import astray
from app.explain.asked import Asked
from app.explain.explaining import result_of
from app.explain.task_words import words
from app.session import View
from core.explain.localisation.astray import flag
from core.explain.methods import METHODS
from core.explain.overlay import COLOUR_MAPS
from core.explain.pool.pool import Task
from core.explain.values import Explanation
from core.imaging.window import render

KEPT: Final = 64
"""Pictures kept in a session: some 20 KB a map, 100 KB a slice."""
_OWN: Final = "each map has its own peak"
_LINES: Final = "lines at 0.5 and 0.8 of each map's own peak"
_FLAT: Final = "No heat: nothing on this slice speaks {way} {words} more than elsewhere, by this method."


def common(asked: Asked, view: View, mode: str, *, turned: bool) -> dict[str, Any]:
    """What all maps share: the slice, the colours, what 0 and 1 mean.

    Args:
        asked: The slice and the target.
        view: How slices are shown here and on Review.
        mode: ``"Heat"``, ``"Contours"`` or ``"Threshold"``.
        turned: Whether what speaks against the target is drawn.
    """
    scan, way = asked.case.scan, _way(turned)
    table = COLOUR_MAPS[view.colour_map]
    return {
        "slice": _kept(
            ("slice", scan.digest, view.window), lambda: pictures.slice_uri(render(scan, view.window))
        ),
        "name": scan.name,
        "ratio": scan.height / scan.width,
        "colours": base64.b64encode(table.tobytes()).decode("ascii"),
        "ramp": pictures.gradient(view.colour_map),
        "zero": f"0: nothing speaks {way} {asked.target.words}",
        "one": f"1: the strongest place in this map; {_LINES if mode == 'Contours' else _OWN}",
        "mode": mode,
        "opacity": view.opacity,
        "words": f"Slice {scan.name}, maps of what speaks {way} {asked.target.words}. "
        "Arrow keys change the slice, a double click zooms.",
    }


def panel(asked: Asked, key: str, task: Task, *, turned: bool) -> dict[str, Any]:
    """One map, or how far it is.

    Args:
        asked: The slice and the target.
        key: The method.
        task: Its map, or what it waits for.
        turned: Whether what speaks against the target is drawn.
    """
    row = METHODS[key]
    found = result_of(task)
    one = {**far(key, task), "title": row.title, "says": row.says, "peak": "", "note": "", "heat": None}
    if not isinstance(found, Explanation):
        return one
    made = found.turned() if turned else found
    if made.layer and row.layered:
        one["title"] = f"{row.title} \N{MIDDLE DOT} {made.layer}"
    if made.flat:
        return {**one, "state": "flat", "note": _FLAT.format(way=_way(turned), words=asked.target.words)}
    name = ("map", asked.case.scan.digest, asked.bundle.digest, made.ask, turned)
    return {
        **one,
        "peak": f"peak {_value(made)}",
        "note": flag(astray.share(asked, made, turned=turned) or 0.0),
        "heat": _kept(name, lambda: pictures.grey_uri(made.heatmap().values)),
    }


def far(key: str, task: Task) -> dict[str, Any]:
    """Where one is: ``"map"``, ``"wait"`` or ``"over"`` without a map, and the words for it.

    Args:
        key: The method.
        task: Its map, or what it waits for.
    """
    ready = isinstance(result_of(task), Explanation)
    ended = task.state in ("failed", "cancelled")
    state = "map" if ready else "over" if ended else "wait"
    return {"key": key, "state": state, "words": "" if ready else words(task), "share": task.share}


def _way(turned: bool) -> str:
    return "against" if turned else "for"


def _value(made: Explanation) -> str:
    unit = "logits" if made.unit == "logit" else made.unit
    return f"{made.peak:.2g} {unit}"


def _kept(name: Hashable, make: Callable[[], str]) -> str:
    """A picture of this session, made when it is first drawn."""
    kept: OrderedDict[Hashable, str] = st.session_state.setdefault("ex-pictures", OrderedDict())
    if name not in kept:
        kept[name] = make()
    kept.move_to_end(name)
    while len(kept) > KEPT:
        kept.popitem(last=False)
    return kept[name]
