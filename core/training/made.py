"""What came out of a run: the bundle, and what is too long for its card."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.evaluation import curves
from core.evaluation.answers import Answers
from core.models.bundle import Bundle


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What came out of a run.

    Attributes:
        bundle: The model.
        epochs: That its training did, or of several trainings one whose loss ran away.
        rate: Learning rate of the last of them.
        stopped: Why before the last: ``""``, ``"early"`` or ``"diverged"``.
        answers: On held-out slices, by split as `core.evaluation.report` names them.
    """

    bundle: Bundle
    epochs: int = 0
    rate: float = 0.0
    stopped: str = ""
    answers: Mapping[str, Answers] = field(default_factory=dict)

    def curves(self) -> dict[str, dict[str, Any]]:
        """ROC curves and each patient block's results, by split."""
        return {split: curves.of(one) for split, one in self.answers.items()}
