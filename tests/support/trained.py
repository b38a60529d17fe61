"""A small training of a real network, for tests: `python -m tests.support.trained FOLDER EPOCH`.

As a program it trains with its checkpoint in the folder, and kills itself in the middle of that epoch.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np

from core.config.params import Params
from core.imaging.preprocess import PreprocessSpec
from core.training.history import Epoch
from core.training.loop.train import Samples, Trained, train

SIDE, CLASSES = 32, 3
SPEC = PreprocessSpec(size=SIDE, clahe_clip=0.0)
SQUARES = "squares.npz"


class Told:
    """Keeps what a training says.

    Args:
        killed: Epoch in whose middle the process ends.
    """

    def __init__(self, killed: int = 0) -> None:
        self.epochs: list[Epoch] = []
        self.batches: list[tuple[int, float, float]] = []
        self._killed = killed

    def batch(self, epoch: int, share: float, images_per_s: float) -> None:
        self.batches.append((epoch, share, images_per_s))
        if epoch == self._killed and share > 0.3:
            os.kill(os.getpid(), signal.SIGKILL)

    def epoch(self, epoch: Epoch) -> None:
        self.epochs.append(epoch)


def params(**training: Any) -> Params:
    """A recipe for the small network, without changed copies' strengths that hide what is drawn."""
    return Params.model_validate(
        {
            "model": {"backbone": "simple_cnn", "size": SIDE, "clahe_clip": 0},
            "augmentation": {"copies": 1},
            "training": {
                "unfreeze": "all", "batch": 16, "learning_rate": 0.02, "tuning_rate": 1e-3, "epochs": 6,
                "head_epochs": 3, **training,
            },
        }
    )  # fmt: skip


def network(seed: int = 5) -> Any:
    """SimpleCNN as it starts."""
    import keras

    from core.models import build

    keras.utils.set_random_seed(seed)
    model = build.build("simple_cnn", SIDE, CLASSES)
    build.start(model, "none", Path())
    return model


def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(N,) classes and (N, S, S) uint8: dark, a bright square, stripes; all with grain."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % CLASSES)
    squares = rng.integers(0, 60, (count, SIDE, SIDE)).astype(np.uint8)
    squares[labels == 1, 8:24, 8:24] += 150
    squares[labels == 2, ::4] += 150
    return labels, squares


def samples(count: int, seed: int, copies: int = 0, model: Any = None) -> Samples:
    """Slices of three classes that are told apart easily."""
    import keras

    labels, squares = drawn(count, seed)
    model = model or network()
    pooled = keras.Model(model.input, model.get_layer("pooled").output)
    plain = pooled(squares[..., None].astype(np.float32), training=False).numpy()
    grain = np.random.default_rng(seed).normal(0, 0.01, (copies, *plain.shape)).astype(np.float32)
    digests = [f"{seed:032x}{at:032x}" for at in range(count)]
    return Samples(labels, [plain, *(plain + one for one in grain)], squares, digests, SPEC)


def whole(place: Path, told: Told, **training: Any) -> Trained:
    """Train the small network as the program does."""
    return train(network(), samples(90, 1, 1), samples(45, 2), params(**training), place, told)


if __name__ == "__main__":
    whole(Path(sys.argv[1]), Told(int(sys.argv[2])), mixup=0.2, balance="sampling")
