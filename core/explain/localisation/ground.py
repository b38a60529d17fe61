"""Marked slices made ready for measuring: what the model sees of each, and what knowing nothing gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Placement
from core.explain.localisation import baselines
from core.explain.localisation.marked import Marked
from core.explain.localisation.scores import Bools, energy, framed, near, outside, pointing
from core.explain.values import Explanation, Floats, Square
from core.imaging import body
from core.imaging.preprocess import PreprocessSpec, model_grey, prepare

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """One slice, ready.

    Attributes:
        marked: The slice and its lesion.
        square: (S, S) what the model sees.
        placement: Where that lies on the slice.
        hits: (H, W) where a peak counts as a hit.
        body: (S, S) the body on the square.
        known: Scores (pointing, energy) of each baseline.
    """

    marked: Marked
    square: Square
    placement: Placement
    hits: Bools
    body: Bools
    known: Mapping[str, tuple[float, float]]

    def scores(self, explanation: Explanation) -> tuple[float, float, float]:
        """A map's pointing, energy and share of heat outside the body; the last is NaN for a flat map."""
        if explanation.flat:
            return 0.0, 0.0, float("nan")
        heat = explanation.heatmap().values
        return (
            pointing(heat, self.hits),
            energy(heat, self.marked.mask),
            outside(explanation.square(len(self.square)), self.body),
        )


def ready(marked: Marked, spec: PreprocessSpec) -> Ready:
    """Make a slice ready.

    Args:
        marked: The slice.
        spec: The model's preprocessing.
    """
    grey = model_grey(marked.scan, spec)
    square, placement = prepare(grey, spec)
    outline, hits = body.mask(grey), near(marked.mask)
    several = baselines.maps(outline, placement, marked.scan.digest)
    known = {key: _mean(maps, hits, marked.mask) for key, maps in several.items()}
    return Ready(marked, square, placement, hits, framed(outline, placement, spec.size), known)


def _mean(maps: Sequence[Floats], hits: Bools, mask: Bools) -> tuple[float, float]:
    found = np.mean([(pointing(heat, hits), energy(heat, mask)) for heat in maps], axis=0)
    return float(found[0]), float(found[1])
