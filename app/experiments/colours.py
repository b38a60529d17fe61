"""How a run's line is told from forty others: by colour and mark together, and by its dash where it leaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.tracking.runs.values import Run

LEAK: Final = "#B84F00"
"""Of what leaks, and of nothing else."""
SHADES: Final = ("#1A8A8C", "#8A63B8", "#4B7BD1", "#A4588F", "#6B8E23", "#9A6A3A", "#7B8790")
"""No class has one of these; each is seen on light and on dark ground."""
MARKS: Final = ("circle", "square", "triangle-up", "triangle-down", "circle-open", "square-open")
"""With seven shades, the 43rd run is the first to look like another one."""
LEAK_MARKS: Final = ("x", "cross", "x-open", "cross-open", "asterisk-open")


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a run is drawn.

    Attributes:
        shade: Its colour.
        mark: Plotly's name of the mark on its line.
        leaks: Whether it is one that leaks: its line is dotted.
    """

    shade: str
    mark: str
    leaks: bool = False

    def dash(self, *, training: bool = False) -> str:
        """Plotly's dash: validation is drawn whole and training dashed; what leaks is dotted.

        Args:
            training: Whether the line is of the slices that were learnt from.
        """
        if self.leaks:
            return "dashdot" if training else "dot"
        return "dash" if training else "solid"


def strokes(runs: Sequence[Run]) -> dict[str, Stroke]:
    """A stroke for each run, by id; in the same order they get the same ones."""
    found: dict[str, Stroke] = {}
    honest = leaking = 0
    for run in runs:
        if run.leaks:
            found[run.id] = Stroke(LEAK, LEAK_MARKS[leaking % len(LEAK_MARKS)], leaks=True)
            leaking += 1
        else:
            found[run.id] = Stroke(SHADES[honest % len(SHADES)], MARKS[honest % len(MARKS)])
            honest += 1
    return found
