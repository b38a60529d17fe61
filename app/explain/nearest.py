"""The nearest training slices as a session sees them: found once, with pictures of those that are here."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app import pictures
from core.config.settings import settings
from core.errors import StudioError
from core.explain import located
from core.explain import nearest as core_nearest
from core.explain.located import Located
from core.explain.nearest import Known, Near, Opinion, Reliability
from core.imaging.window import render
from core.inference import shared
from core.inference.batch import Case
from core.models.bundle import REFERENCE, Bundle
from core.models.neighbours import FILE
from core.models.reference import was_seen

KEPT: Final = 256
"""Features that a session keeps, the least recently looked at dropped first."""
SIDE: Final = 256
"""Pixels of a neighbour's picture on its longer side."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What a bundle keeps of its training slices, and how often their vote is right."""

    known: Known
    reliability: Reliability


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What a model has to do with a slice already.

    Attributes:
        seen: It was trained on this very slice.
        blocks: Patient blocks among the kept slices that the slice is of; empty where that isn't known.
    """

    seen: bool
    blocks: frozenset[str]


def kept(bundle: Bundle) -> Kept | None:
    """What a bundle keeps of its training slices; None where it doesn't say which they are.

    Raises:
        BundleError: Its list of them is damaged or belongs to another bundle.
    """
    try:
        now = (bundle.path / FILE).stat()
    except OSError:
        return None
    return _kept(bundle, bundle.digest, str(bundle.path), now.st_mtime_ns, now.st_ino)


@st.cache_resource(max_entries=4, show_spinner=False)
def _kept(_bundle: Bundle, *_stamp: object) -> Kept | None:
    found = Known.of(_bundle)
    return None if found is None else Kept(found, core_nearest.reliability(found))


def acquaintance(case: Case, bundle: Bundle, known: Known) -> Acquaintance:
    """What a model has to do with a slice already, by digests alone.

    Raises:
        BundleError: The bundle doesn't say what it was trained on.
    """
    digest = _file(case)
    seen = bool(was_seen(bundle.path / REFERENCE, [digest])[0])
    return Acquaintance(seen, known.blocks(located.mates(digest, settings())))


def opinion(case: Case, bundle: Bundle, known: Known, without: frozenset[str]) -> Opinion:
    """The nearest training slices of a slice, by one forward pass that is kept with the session.

    Raises:
        BundleError: The model can't be asked.
    """
    return core_nearest.nearest(known, _features(case, bundle), without)


def portraits(near: Sequence[Near]) -> Mapping[str, str]:
    """Pictures of training slices, as data URIs by SHA-256; only of those that lie on this machine."""
    found = located.located({one.neighbour.slice for one in near}, settings())
    drawn = {}
    for digest, place in found.items():
        # a slice whose file is gone or was changed goes without; it is tried again the next time
        with suppress(StudioError):
            drawn[digest] = _portrait(str(place.path), digest)
    return drawn


def own_portrait(case: Case) -> str:
    """The slice itself, in the same size."""
    return pictures.thumbnail_uri(render(case.scan), 2 * SIDE)


def _features(case: Case, bundle: Bundle) -> NDArray[np.float32]:
    held: OrderedDict[tuple[str, str], NDArray[np.float32]] = st.session_state.setdefault(
        "ex-nearest-features", OrderedDict()
    )
    key = (bundle.digest, case.scan.digest)
    if key not in held:
        held[key] = shared.predictor(bundle.path, settings().threads).features(case.scan)
    held.move_to_end(key)
    while len(held) > KEPT:
        held.popitem(last=False)
    return held[key]


@st.cache_resource(max_entries=512, show_spinner=False)
def _portrait(path: str, digest: str) -> str:
    return pictures.thumbnail_uri(render(located.scan(Located(digest, Path(path)), settings().limits)), SIDE)


def _file(case: Case) -> str:
    """SHA-256 (hex) of the slice's file, whichever of its frames it is."""
    return case.scan.digest.partition("#")[0]
