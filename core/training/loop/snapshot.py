"""Weights and an optimiser's variables as arrays, and the weights that a head starts with."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.models import build

Arrays = Sequence[NDArray[Any]]


def taken(layers: Sequence[Any]) -> Arrays:
    """All weights of layers, in order; what a batch norm counts is among them."""
    return [value for layer in layers for value in layer.get_weights()]


def put(layers: Sequence[Any], values: Arrays) -> None:
    """Give layers weights that were `taken` of them."""
    at = 0
    for layer in layers:
        count = len(layer.weights)
        layer.set_weights(list(values[at : at + count]))
        at += count


def steps_taken(optimiser: Any) -> Arrays:
    """All that an optimiser remembers, the count of its steps too."""
    return [np.array(variable) for variable in optimiser.variables]


def put_steps(optimiser: Any, values: Arrays) -> None:
    """Let an optimiser go on from `steps_taken` of it."""
    for variable, value in zip(optimiser.variables, values, strict=True):
        variable.assign(value)


def begin_head(model: Any, seed: int) -> None:
    """Give a model's head the weights it starts from: Glorot uniform, settled by the seed alone."""
    inputs, classes = model.get_layer(build.LOGITS).kernel.shape
    limit = np.sqrt(6 / (inputs + classes))
    kernel = np.random.default_rng([seed, inputs, classes]).uniform(-limit, limit, (inputs, classes))
    build.set_head(model, kernel.astype(np.float32), np.zeros(classes, np.float32))
