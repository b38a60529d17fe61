"""All that a person set of the table of runs, as one value."""

from dataclasses import dataclass, field

from app.experiments.columns import DEFAULT, F1, METRIC, STARTED
from core.tracking.runs.values import How, Query, State


@dataclass(frozen=True, slots=True)
class View:
    """How the table is to be drawn.

    Attributes:
        query: What MLflow is asked for.
        text: In a run's name, id, note or tags; all of its words.
        states: Of these only; none are all.
        columns: Behind the name, in this order.
        how: Which value of a metric stands for all that were logged.
        order: The column that the runs are ordered by.
        rising: The least first.
        group: The column that the runs are grouped by; none if empty.
        of: The column that groups are measured by.
        curve: The metric whose values are drawn in a cell; none if empty.
        pinned: Beginnings of ids of those that stay on top.
        hidden: The same of those that are out of sight.
        all: Hidden ones are shown all the same.
    """

    query: Query = field(default_factory=Query)
    text: str = ""
    states: tuple[State, ...] = ()
    columns: tuple[str, ...] = DEFAULT
    how: How = "last"
    order: str = STARTED
    rising: bool = False
    group: str = ""
    of: str = F1
    curve: str = ""
    pinned: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    all: bool = False

    @property
    def metrics(self) -> list[str]:
        """The metrics that it shows, orders or measures by."""
        used = [*self.columns, self.order, *([self.of] if self.group else [])]
        names = [one.removeprefix(METRIC) for one in used if one.startswith(METRIC)]
        return list(dict.fromkeys(names))
