"""The learning rate of each step of a stage, as a pure function of the step."""

import math
from typing import Literal

Schedule = Literal["constant", "cosine", "step", "plateau"]
DROP = 0.1
"""What a third of a ``step`` schedule leaves of the rate before it."""


def rate(step: int, steps: int, highest: float, schedule: Schedule, warmup: float = 0.0) -> float:
    """The learning rate of a step.

    Args:
        step: From 0.
        steps: Of the whole stage.
        highest: The rate after the warm-up.
        schedule: ``constant``; ``cosine`` to 0 (Loshchilov and Hutter 2017, arXiv:1608.03983, without
            restarts); ``step``, a tenth after each third; ``plateau``, whose halvings depend on the
            validation (`core.training.loop.stopping.halvings`) and come on top.
        warmup: Share of the steps in which the rate rises in a line; the first one is above 0.

    Returns:
        0..highest.
    """
    rising = round(warmup * steps)
    if step < rising:
        return highest * (step + 1) / (rising + 1)
    gone = (step - rising) / max(1, steps - rising)
    if schedule == "cosine":
        return highest * (1 + math.cos(math.pi * gone)) / 2
    if schedule == "step":
        return highest * DROP ** min(2, int(3 * gone + 1e-9))
    return highest
