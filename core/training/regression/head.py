"""The head: one dense layer on frozen features, taught to look past what contrast changes.

A slice and its copies in another contrast, position or size should get one answer. The directions
in which features move between them are measured and shrunk before the layer is fitted
(within-class covariance normalisation, Hatch and Stolcke 2006, with "class" being one slice; nuisance
attribute projection is its hard form). Every step is linear, so all of it folds into the layer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from sklearn.linear_model import LogisticRegression

from core.training.inputs.variants import PLAIN

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A dense layer.

    Attributes:
        kernel: (C, K) weights.
        bias: (K,).
    """

    kernel: Floats
    bias: Floats

    def logits(self, features: Floats) -> Floats:
        """(N, C) pooled features to (N, K) logits."""
        return np.asarray(features @ self.kernel + self.bias, np.float32)


def fit(
    features: Mapping[str, Floats],
    labels: NDArray[np.integer],
    *,
    inverse_penalty: float = 1e-3,
    nuisance_floor: float = 0.1,
    dimensions: int = 256,
) -> Head:
    """Fit a class-balanced softmax regression.

    Args:
        features: ``"plain"`` and any number of changed copies of the same slices, each (N, C).
        labels: (N,) class numbers 0..K-1, each present; K at least 2.
        inverse_penalty: C of the L2 penalty, > 0; smaller is smoother.
        nuisance_floor: Variance added to each nuisance direction, in units of a feature's own
            variance; > 0. Smaller shrinks them harder; ignored without changed copies.
        dimensions: Main directions kept after that.

    Returns:
        The layer, in terms of the features as they came.
    """
    stacked = np.concatenate(list(features.values())).astype(np.float32)
    mean, scale = stacked.mean(axis=0), stacked.std(axis=0) + 1e-6
    scaled = (stacked - mean) / scale
    turn = _shrink_nuisance(features, scale, nuisance_floor)
    turn = turn @ _main_directions(scaled @ turn.astype(np.float32), min(dimensions, len(scaled) - 1))
    model = LogisticRegression(C=inverse_penalty, class_weight="balanced", max_iter=1000)
    model.fit(scaled.astype(np.float64) @ turn, np.tile(labels, len(features)))
    weights, offset = _one_row_per_class(model.coef_, model.intercept_)
    kernel = (turn @ weights.T) / scale[:, None]
    return Head(kernel.astype(np.float32), (offset - mean @ kernel).astype(np.float32))


def _shrink_nuisance(features: Mapping[str, Floats], scale: Floats, floor: float) -> NDArray[np.float64]:
    """(C, C): turns scaled features so that what changes within one slice weighs little."""
    moves = [(copy - features[PLAIN]) / scale for name, copy in features.items() if name != PLAIN]
    if not moves:
        return np.eye(len(scale))
    values, vectors = _spectrum(np.concatenate(moves), len(scale))
    # directions in which nothing moved are left as they are, all at the floor
    weights = 1 / np.sqrt(np.maximum(values, 0.0) + floor) - 1 / np.sqrt(floor)
    return np.asarray(np.eye(len(scale)) / np.sqrt(floor) + (vectors * weights) @ vectors.T)


def _spectrum(rows: Floats, most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The largest values of the rows' moment, rising, and their vectors; the cheaper way for the shape.

    Fewer rows than features have no more directions than rows: the rest has the value 0.
    """
    count, width = rows.shape
    if count >= width:
        moment = np.asarray(rows.T @ rows / count, np.float64)
        # all of them come faster by another way than some
        some = {} if most >= width else {"driver": "evr", "subset_by_index": (width - most, width - 1)}
        values, vectors = eigh(moment, **({"driver": "evd"} | some))
        return values, vectors
    _, lengths, vectors = np.linalg.svd(rows.astype(np.float64), full_matrices=False)
    return (lengths[::-1] ** 2 / count)[-most:], vectors[::-1].T[:, -most:]


def _main_directions(rows: Floats, dimensions: int) -> NDArray[np.float64]:
    """(C, d): principal directions of (N, C) rows, scaled together so that their mean variance is 1."""
    values, vectors = _spectrum(rows, max(1, dimensions))
    return np.asarray(vectors / np.sqrt(max(values.mean(), 1e-12)))


def _one_row_per_class(
    weights: NDArray[np.float64], offset: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two classes come as one row: split it evenly, so that each class has a logit and a map."""
    if len(weights) > 1:
        return weights, offset
    return np.concatenate([-weights / 2, weights / 2]), np.concatenate([-offset / 2, offset / 2])
