"""One progress made of steps that each count from 0 to 1, some of them several times."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A step.

    Attributes:
        name: What its progress says first; an empty name takes what no other step does.
        width: Its part of the whole, in any unit.
        times: How often it counts from 0 to 1.
    """

    name: str
    width: float
    times: int = 1


class Steps:
    """Takes what is being done and how much of that is done; tells how much of all is.

    Args:
        tell: Told the same words, and a share that never goes back.
        steps: In the order they come.
    """

    def __init__(self, tell: Callable[[str, float], None], steps: Sequence[Step]) -> None:
        self._tell = tell
        self._steps = {step.name: step for step in steps}
        total = sum(step.width for step in steps) or 1.0
        self._low: dict[str, float] = {}
        done = 0.0
        for step in steps:
            self._low[step.name] = done / total
            done += step.width
        self._total = total
        self._round = dict.fromkeys(self._steps, 0)
        self._share = dict.fromkeys(self._steps, 0.0)
        self._last = 0.0

    def __call__(self, what: str, share: float) -> None:
        name = max((one for one in self._steps if what.startswith(one)), key=len, default=None)
        if name is not None:
            # a step that counts anew has come to its next round
            self._round[name] += share < self._share[name]
            self._share[name] = share
            step = self._steps[name]
            done = min(1.0, (self._round[name] + share) / step.times)
            self._last = max(self._last, self._low[name] + step.width / self._total * done)
        self._tell(what, self._last)
