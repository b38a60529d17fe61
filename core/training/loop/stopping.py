"""Which epoch was best, when to stop, and when the rate is halved: read off the epochs so far.

Nothing is counted along the way, so a run taken up again decides as one without a break.
"""

from collections.abc import Sequence
from typing import Literal

from core.training.history import Epoch

Monitor = Literal["loss", "macro_f1"]
HALVED_AFTER = 2
"""Epochs without a better validation that a ``plateau`` schedule waits."""


def value(epoch: Epoch, monitor: Monitor) -> float:
    """What is compared; more is better."""
    return -epoch.metrics["val_loss"] if monitor == "loss" else epoch.metrics["val_macro_f1"]


def best(history: Sequence[Epoch], monitor: Monitor) -> int:
    """Where the best epoch is, the first of equals.

    Args:
        history: At least one.
        monitor: What of the validation is compared.
    """
    values = [value(one, monitor) for one in history]
    return values.index(max(values))


def out_of_patience(history: Sequence[Epoch], monitor: Monitor, patience: int, stage: str) -> bool:
    """Whether a stage has gone on for too long without a better validation.

    Args:
        history: All epochs so far; those of earlier stages set the mark but cost no patience.
        monitor: What of the validation is compared.
        patience: Epochs; 0 never runs out.
        stage: The one at work.
    """
    spent = sum(one.stage == stage for one in history)
    if not patience or not spent:
        return False
    return min(spent, len(history) - 1 - best(history, monitor)) >= patience


def halvings(history: Sequence[Epoch], monitor: Monitor, stage: str) -> int:
    """How often a ``plateau`` schedule has halved the rate of a stage.

    Each time that `HALVED_AFTER` epochs in a row were no better than the best of the stage.
    """
    count, waited, mark = 0, 0, -float("inf")
    for one in history:
        if one.stage != stage:
            continue
        if value(one, monitor) > mark:
            mark, waited = value(one, monitor), 0
            continue
        waited += 1
        if waited == HALVED_AFTER:
            count, waited = count + 1, 0
    return count
