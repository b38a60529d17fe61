"""What the table of runs shows, read for a view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.experiments import chosen, ordering
from app.experiments.columns import Known
from app.experiments.reading import Listing, Recent, reader, recent
from app.experiments.view_state import View
from core.config.settings import settings
from core.errors import StudioError
from core.tracking.registry import in_use
from core.tracking.runs.values import Run

POINTS: Final = 60
"""Points of a curve in a cell: it is 100 pixels wide."""
LIVE_S: Final = 3.0
"""How often the table is read again while a run that it shows goes on."""
RESTING_S: Final = 15.0
"""And otherwise: another program may record one."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What the table shows now.

    Attributes:
        listing: All that was read.
        runs: Of these, those that the view leaves, in its order.
        known: What their cells are read from.
    """

    listing: Listing
    runs: Sequence[Run]
    known: Known

    @property
    def pace(self) -> float:
        """Seconds until it is to be read again; a slow server is asked less often."""
        base = LIVE_S if any(one.live for one in self.runs) else RESTING_S
        return base if self.listing.took < 1.0 else max(base, min(RESTING_S, round(4 * self.listing.took)))


def rows(view: View) -> Rows:
    """Read what a view shows.

    Raises:
        StudioError: It can't be read, and never was.
    """
    return listed(view, recent())


def listed(view: View, now: Recent) -> Rows:
    """As `rows`, for any thread."""
    listing = now.listed(view.query)
    # each metric's values are read only where more than the last is asked for
    wanted = view.metrics if view.how != "last" else []
    summaries = {metric: now.summaries(listing.runs, metric) for metric in wanted}
    known = Known(view.how, summaries, in_use.read(settings()))
    return Rows(listing, ordering.shown(listing.runs, view, known), known)


def picked(runs: Sequence[Run]) -> tuple[list[Run], list[str]]:
    """The chosen runs in the order they were chosen, and the ids that no run has.

    Args:
        runs: Those at hand; others are read.
    """
    by_short = {one.short: one for one in runs}
    other = recent().several([own for own in chosen.ids() if own not in by_short])
    by_short |= {own: one for own in chosen.ids() for one in other if one.id.startswith(own)}
    found = [by_short[own] for own in chosen.ids() if own in by_short]
    return found, [own for own in chosen.ids() if own not in by_short]


def curves(runs: Sequence[Run], metric: str) -> Mapping[str, list[float]]:
    """A metric's values by run's id, thinned to what a cell can show; empty where they can't be read now."""
    try:
        found = reader().histories([one for one in runs if metric in one.metrics], [metric])
    except StudioError:
        return {}
    return {run: _thin(history.values[np.isfinite(history.values)]) for (run, _), history in found.items()}


def _thin(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> list[float]:
    if len(values) <= POINTS:
        return [float(one) for one in values]
    kept = np.linspace(0, len(values) - 1, POINTS).round().astype(int)
    return [float(one) for one in values[kept]]
