"""What the address and the controls ask for: a slice, a target, a layer, methods."""

from dataclasses import dataclass

from core.explain.asking import asks
from core.explain.methods import METHODS
from core.explain.values import Ask, Target
from core.inference.batch import Case
from core.models.bundle import Bundle

MOST = 4
"""Methods side by side."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at.

    Attributes:
        case: The slice and its answer.
        bundle: The model that answered it.
        target: What maps explain.
        methods: Keys of `METHODS`, one to four, in the order they are drawn.
        layer: The layer that layered methods read; None is the bundle's own.
        open: The address names a layer and it isn't known yet whether the model has it: methods that
            read one wait.
    """

    case: Case
    bundle: Bundle
    target: Target
    methods: tuple[str, ...]
    layer: str | None = None
    open: bool = False

    @property
    def asks(self) -> tuple[Ask, ...]:
        """One a method that needn't wait; a layer is only asked of those that read one."""
        ready = (key for key in self.methods if not (self.open and METHODS[key].layered))
        return asks(ready, self.target, self.layer)
