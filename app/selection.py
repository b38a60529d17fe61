"""Which slices the strip shows, and in which order."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from core.imaging.intake import order
from core.inference.batch import Case

EVERY: Final = "All"
DECLINED: Final = "Declined"


def _in_series(cases: Sequence[Case]) -> list[Case]:
    by_scan = {id(case.scan): case for case in cases}
    return [by_scan[id(scan)] for scan in order([case.scan for case in cases])]


def _by_probability(cases: Sequence[Case]) -> list[Case]:
    return sorted(cases, key=lambda case: (case.prediction.declined, -case.prediction.top[1]))


def _least_sure(cases: Sequence[Case]) -> list[Case]:
    return sorted(cases, key=lambda case: case.prediction.top[1])


def _by_class(cases: Sequence[Case]) -> list[Case]:
    return sorted(_by_probability(cases), key=lambda case: case.prediction.label or "~")


ORDERS: Final[Mapping[str, Callable[[Sequence[Case]], list[Case]]]] = MappingProxyType(
    {
        "Series order": _in_series,
        "Most probable first": _by_probability,
        "Least sure first": _least_sure,
        "Class": _by_class,
    }
)


def counts(cases: Sequence[Case], labels: Sequence[str]) -> dict[str, int]:
    """How many slices each filter would show; filters that show none are left out."""
    found = Counter(case.prediction.label or DECLINED for case in cases)
    names = [name for name in (*labels, DECLINED) if found[name]]
    return {EVERY: len(cases), **{name: found[name] for name in names}}


def shown(cases: Sequence[Case], only: str = EVERY, order_by: str = "", text: str = "") -> list[Case]:
    """The slices of the strip.

    Args:
        cases: All slices.
        only: A class, `DECLINED`, or `EVERY`.
        order_by: A name in `ORDERS`; any other is the first.
        text: Part of the name, in any case.
    """
    wanted = text.strip().casefold()
    kept = [
        case
        for case in cases
        if only in (EVERY, case.prediction.label or DECLINED) and wanted in case.scan.name.casefold()
    ]
    return ORDERS.get(order_by, _in_series)(kept)
