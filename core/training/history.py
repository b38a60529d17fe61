"""What a run measured after each epoch, as it stands in a job's events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

HEAD, TUNING = "head", "tuning"
"""Stages: with the whole backbone frozen, and with blocks of it learning."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch.

    Attributes:
        number: From 1, over both stages.
        epochs: How many there are at most.
        stage: ``head`` or ``tuning``.
        metrics: ``train_loss``, ``train_accuracy``, ``val_loss``, ``val_accuracy``, ``val_macro_f1``,
            ``learning_rate`` (at its end), ``images_per_s`` (learnt from).
        seconds: It took, validation included.
        best: No epoch before validated better.
        branch: Which of several trainings of one job: ``""``, ``"fold 2"``, ``"trial 7"``,
            ``"random split"``.
    """

    number: int
    epochs: int
    stage: str
    metrics: Mapping[str, float]
    seconds: float = 0.0
    best: bool = False
    branch: str = ""

    def event(self) -> dict[str, Any]:
        """As a line of events has it."""
        return {
            "epoch": self.number, "epochs": self.epochs, "stage": self.stage, "metrics": dict(self.metrics),
            "seconds": round(self.seconds, 3), "best": self.best, "branch": self.branch,
        }  # fmt: skip


def read(events: Iterable[Mapping[str, Any]]) -> dict[str, list[Epoch]]:
    """The epochs of a job by branch, in order; one that was done again after a break counts once.

    Args:
        events: From `core.jobs.records.events`.
    """
    found: dict[str, dict[int, Epoch]] = {}
    for event in events:
        if isinstance(event.get("epoch"), int) and isinstance(event.get("metrics"), dict):
            one = Epoch(
                event["epoch"], event.get("epochs", 0), event.get("stage", HEAD), event["metrics"],
                event.get("seconds", 0.0), event.get("best", False), event.get("branch", ""),
            )  # fmt: skip
            found.setdefault(one.branch, {})[one.number] = one
    return {branch: [one for _, one in sorted(epochs.items())] for branch, epochs in found.items()}
