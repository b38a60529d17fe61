"""What was measured, as it is kept in explanations.json, and back; what can't be read is as if not there."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from core.explain import kept
from core.explain.localisation.intervals import Interval
from core.explain.localisation.outside import LIMIT, Outside
from core.explain.localisation.values import Ahead, Localisation, Source

STANDINGS: Final = {
    "unseen": "patients that the model never saw",
    "new": "slices that it didn't learn from, of patients of whom it learnt from other slices",
    "learnt": "slices that it learnt from",
    "marked": "slices of other sources",
}
"""How well a model knows the slices that it was measured on, as words after "on"."""
_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Looks:
    """Where a bundle looks.

    Attributes:
        rows: Methods on marked slices.
        baselines: On the same slices.
        sources: What these slices are.
        left_out: Sources that weren't measured, and why.
        outside: Heat outside the body, by method and class.
        dataset: Whose slices that is on.
        standing: A key of `STANDINGS`.
    """

    rows: tuple[Localisation, ...] = ()
    baselines: tuple[Localisation, ...] = ()
    sources: tuple[Source, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    outside: tuple[Outside, ...] = ()
    dataset: str = ""
    standing: str = "marked"

    @property
    def flagged(self) -> tuple[Outside, ...]:
        """Classes with too much heat outside the body."""
        return tuple(one for one in self.outside if one.flagged)

    def located(self) -> dict[str, Any]:
        """For `kept.keep`, section `kept.LOCALISATION`."""
        return {
            "rows": [_plain(one) for one in self.rows],
            "baselines": [_plain(one) for one in self.baselines],
            "sources": [_plain(one) for one in self.sources],
            "left_out": dict(self.left_out),
        }

    def beyond(self) -> dict[str, Any]:
        """For `kept.keep`, section `kept.OUTSIDE`."""
        rows = [{**_plain(one), "flagged": one.flagged} for one in self.outside]
        return {"dataset": self.dataset, "standing": self.standing, "limit": LIMIT, "rows": rows}


def read(found: Mapping[str, Any]) -> Looks:
    """What `core.explain.kept.read` gave, as values.

    Args:
        found: Sections; one that can't be read counts as not measured.
    """
    located: Any = found.get(kept.LOCALISATION)
    beyond: Any = found.get(kept.OUTSIDE)
    try:
        inside = (
            tuple(map(_localisation, located["rows"])),
            tuple(map(_localisation, located["baselines"])),
            tuple(map(_source, located["sources"])),
            {str(name): str(why) for name, why in located["left_out"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        inside = ((), (), (), {})
    try:
        standing = str(beyond["standing"])
        rows = tuple(map(_outside, beyond["rows"]))
        return Looks(*inside, rows, str(beyond["dataset"]), standing if standing in STANDINGS else "marked")
    except (KeyError, TypeError, ValueError, AttributeError):
        return Looks(*inside)


def joined(before: Sequence[Localisation], now: Sequence[Localisation]) -> tuple[Localisation, ...]:
    """Rows measured now, and those of other methods and sources from before."""
    fresh = {(one.method, one.source) for one in now}
    return (*(one for one in before if (one.method, one.source) not in fresh), *now)


def with_rows(before: Looks, now: Looks) -> Looks:
    """What is known of marked slices after one more method was measured.

    Args:
        before: What is kept.
        now: Rows of the method, and baselines and sources of its slices.
    """
    rows = joined(before.rows, now.rows)
    wanted = {(one.source, one.slices) for one in rows}
    fresh = {(one.name, one.slices) for one in now.sources}
    baselines = [one for one in before.baselines if (one.source, one.slices) not in fresh]
    sources = [one for one in before.sources if (one.name, one.slices) not in fresh]
    return Looks(
        rows,
        tuple(one for one in (*baselines, *now.baselines) if (one.source, one.slices) in wanted),
        tuple(one for one in (*sources, *now.sources) if (one.name, one.slices) in wanted),
        now.left_out,
        before.outside,
        before.dataset,
        before.standing,
    )


def _plain(one: Any) -> dict[str, Any]:
    return {name: _rounded(value) for name, value in asdict(one).items() if value is not None}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return round(value, _DIGITS) if isinstance(value, float) else value


def _interval(found: Mapping[str, Any]) -> Interval:
    low, high = found["low"], found["high"]
    if low is None or high is None:
        return Interval(float(found["value"]), None, None)
    return Interval(float(found["value"]), float(low), float(high))


def _ahead(found: Mapping[str, Any] | None) -> Ahead | None:
    return None if found is None else Ahead(str(found["against"]), _interval(found["difference"]))


def _counts(found: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {name: int(found[name]) for name in ("slices", "groups")}
    return {"label": str(found["label"]), **numbers}


def _localisation(found: Mapping[str, Any]) -> Localisation:
    outside = found.get("outside")
    return Localisation(
        method=str(found["method"]),
        source=str(found["source"]),
        flat=int(found["flat"]),
        pointing=_interval(found["pointing"]),
        energy=_interval(found["energy"]),
        outside=None if outside is None else float(outside),
        ahead_pointing=_ahead(found.get("ahead_pointing")),
        ahead_energy=_ahead(found.get("ahead_energy")),
        milliseconds=float(found["milliseconds"]),
        **_counts(found),
    )


def _source(found: Mapping[str, Any]) -> Source:
    return Source(
        name=str(found["name"]),
        answered=_interval(found["answered"]),
        area=float(found["area"]),
        **_counts(found),
    )


def _outside(found: Mapping[str, Any]) -> Outside:
    share = found.get("share")
    return Outside(
        method=str(found["method"]),
        flat=int(found["flat"]),
        share=None if share is None else _interval(share),
        area=float(found["area"]),
        **_counts(found),
    )
