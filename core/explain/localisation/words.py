"""What was measured about where a bundle looks, as sentences and figures for a person."""

from collections.abc import Iterator

from core.explain.localisation import baselines
from core.explain.localisation.intervals import Interval
from core.explain.localisation.keeping import STANDINGS, Looks
from core.explain.localisation.outside import LIMIT, Outside
from core.explain.localisation.values import Ahead, Localisation
from core.explain.methods import METHODS
from core.percent import measured


def title(key: str) -> str:
    """What a method or a baseline is called; the key itself where it is unknown here."""
    known = METHODS.get(key)
    return known.title if known else baselines.TITLES.get(key, key)


def ranged(found: Interval) -> str:
    """A mean and its interval."""
    if found.low is None or found.high is None:
        return measured(found.value)
    return f"{measured(found.value)} ({measured(found.low)} to {measured(found.high)})"


def verdict(found: Ahead | None) -> str:
    """How a method does against the best baseline."""
    if found is None:
        return ""
    words = {"above": "better than", "below": "worse than", "level": "no better than"}[found.verdict]
    return f"{words} {title(found.against).lower()}"


def flag(one: Outside) -> str:
    """What is wrong with where a class's maps lie; empty where nothing is."""
    if not one.flagged or one.share is None:
        return ""
    return (
        f"For {one.label}, {measured(one.share.value)} of the heat lies outside the body (over {LIMIT:.0%} "
        "is flagged): the model uses the table, text, air or the picture's edge."
    )


def lines(looks: Looks) -> Iterator[str]:
    """All of it, a line a figure, for a terminal."""
    for one in looks.sources:
        yield (
            f"{one.name}: {one.slices} slices of {one.groups} persons with {one.label}; the model answers "
            f"{one.label} on {ranged(one.answered)}."
        )
    for row in looks.rows:
        yield _line(row)
    for row in looks.baselines:
        yield _line(row)
    for name, why in looks.left_out.items():
        yield f"{name} was not measured: {why}"
    for found in looks.outside:
        share = f"{ranged(found.share)} of the heat outside the body" if found.share else "no heat at all"
        yield (
            f"{title(found.method)}, {found.label}: {share}, "
            f"{measured(found.area)} of the square is; {found.slices} slices of {found.groups} patients of "
            f"{looks.dataset}, {STANDINGS[looks.standing]}.{' FLAGGED.' if found.flagged else ''}"
        )


def _line(row: Localisation) -> str:
    told = f"{title(row.method)} on {row.slices} of {row.source}: peak on the lesion {ranged(row.pointing)}"
    told += f" {verdict(row.ahead_pointing)}".rstrip()
    told += f", heat on it {ranged(row.energy)} {verdict(row.ahead_energy)}".rstrip()
    return f"{told}, {row.flat} flat." if row.flat else f"{told}."
