"""One epoch: learn, then validate."""

from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.evaluation.metrics import accuracy, confusion, macro_f1
from core.training.loop.draws import Draw
from core.training.loop.stepping import Diverged, Floats, Pace, Stage

_FORWARD = 0.3
"""What validating a slice takes of what learning from it takes."""


def measured(
    stage: Stage, draw: Draw, rates: Floats, truth: NDArray[np.intp], tell: Callable[[float, float], None]
) -> dict[str, float]:
    """Do an epoch.

    Args:
        stage: That learns.
        draw: What chance settled.
        rates: Learning rate of each step.
        truth: (V,) class numbers of the validation.
        tell: Told the share done of the epoch, and how many slices are learnt from in a second.

    Returns:
        The metrics that `core.training.history.Epoch` names.

    Raises:
        Diverged: A loss is no number.
    """
    began, pace, latest = perf_counter(), Pace(), 0.0
    count = len(draw.order)
    total = count + _FORWARD * len(truth)

    def learning(done: int) -> None:
        nonlocal latest
        latest = pace(done)
        tell(done / total, latest)

    learnt = stage.learn(draw, rates, learning)
    seconds = perf_counter() - began
    logits = stage.answers(lambda done: tell((count + _FORWARD * done) / total, latest))
    return {
        "train_loss": learnt.loss,
        "train_accuracy": learnt.accuracy,
        **validated(truth, logits),
        "learning_rate": float(rates[-1]),
        "images_per_s": count / max(seconds, 1e-9),
    }


def validated(truth: NDArray[np.intp], logits: Floats) -> dict[str, float]:
    """Cross-entropy (nats, neither smoothed nor weighted), accuracy and macro F1.

    Args:
        truth: (V,) class numbers.
        logits: (V, K).

    Raises:
        Diverged: The loss is no number.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
        each = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(truth)), truth]
    loss = float(each.mean())
    if not np.isfinite(loss):
        raise Diverged
    counts = confusion(truth, logits.argmax(axis=1), logits.shape[1])
    return {"val_loss": loss, "val_accuracy": accuracy(counts), "val_macro_f1": macro_f1(counts)}
