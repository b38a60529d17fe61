"""Tells how far a training in epochs is: what is real of it, and what that says of the time left."""

from core.config.params import Params
from core.training.history import HEAD, TUNING, Epoch
from core.training.run import Branch


class Watcher:
    """What `core.training.loop.train` tells, passed on.

    Args:
        branch: Whose training it is.
        params: The recipe.
        slices: How many are learnt from in an epoch.
    """

    def __init__(self, branch: Branch, params: Params, slices: int) -> None:
        self._branch = branch
        self._slices = slices
        self._epochs = params.training.epochs
        tunes = params.training.unfreeze != "none"
        self._frozen = min(params.training.head_epochs, self._epochs) if tunes else self._epochs

    def batch(self, epoch: int, share: float, images_per_s: float) -> None:
        """Within an epoch.

        Args:
            epoch: Which, from 1.
            share: Done of it, 0..1.
            images_per_s: Learnt from.
        """
        frozen = epoch <= self._frozen
        first, last = (0, self._frozen) if frozen else (self._frozen, self._epochs)
        left = (last - epoch + 1 - share) * self._slices / images_per_s if images_per_s > 0 else None
        stage = HEAD if frozen else TUNING
        self._branch.facts(
            epoch=epoch - 1, epochs=self._epochs, stage=stage, images_per_s=round(images_per_s, 1),
            seconds_left=None if left is None else round(left, 1),
        )  # fmt: skip
        said = f"{stage}: epoch {epoch} of {self._epochs}, {images_per_s:,.0f} slices/s"
        self._branch.progress(said, (epoch - 1 - first + share) / max(last - first, 1))

    def epoch(self, epoch: Epoch) -> None:
        """After an epoch."""
        self._branch.facts(epoch=epoch.number, epochs=epoch.epochs)
        self._branch.epoch(epoch)
