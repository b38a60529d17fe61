"""What chance settles for an epoch. It depends on the seed, the stage and the epoch, on nothing before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.config.params import Training
from core.training.history import HEAD, TUNING
from core.training.loop import balance, mixing
from core.training.loop.samples import Samples

STAGES = (HEAD, TUNING)


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """An epoch's.

    Attributes:
        order: (N,) which slice comes when.
        copies: (N,) which copy of it, 0 is the slice itself; by place in the order.
        shares: (N,) how much of it is kept in mixup.
        seed: Of dropout, below 2**31.
        epoch: From 1, over both stages.
    """

    order: NDArray[np.intp]
    copies: NDArray[np.intp]
    shares: NDArray[np.float32]
    seed: int
    epoch: int


def draw(samples: Samples, training: Training, stage: str, epoch: int) -> Draw:
    """Draw for an epoch."""
    rng = np.random.default_rng([training.seed, STAGES.index(stage), epoch])
    count = len(samples)
    sampled = training.balance == "sampling"
    order = balance.drawn(samples.labels, rng) if sampled else rng.permutation(count)
    copies = rng.integers(0, samples.copies + 1, count)
    shares = mixing.shares(count, training.mixup, rng)
    return Draw(order, copies, shares, int(rng.integers(2**31)), epoch)
