"""Where a model looks, as a section of its model card: what was kept of its explanations, in Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.evaluation import sections
from core.percent import measured

_UNMEASURED: Final = (
    "It was not measured where its heatmaps look, nor whether they can be believed. "
    "`python -m core explanations` does that."
)


def where_it_looks(found: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Whether maps can be believed, whether they hit marked lesions, and heat outside the body.

    Args:
        found: Sections ``sanity``, ``localisation`` and ``outside`` as `core.explain.kept` has them, each
            only where it was measured.
        titles: Of methods and baselines, by key.
    """
    parts = [
        _random(found["sanity"], titles) if found.get("sanity") else "",
        _located(found["localisation"], titles) if found.get("localisation") else "",
        _beyond(found["outside"]) if found.get("outside") else "",
    ]
    told = "\n\n".join(part for part in parts if part)
    return "## Where it looks\n\n" + (told or _UNMEASURED)


def _random(found: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """The randomisation check."""
    rows = found["methods"]
    good = [titles.get(key, key) for key, one in rows.items() if one["passed"]]
    poor = [titles.get(key, key) for key, one in rows.items() if not one["passed"]]
    told = (
        f"With random weights in the model's place, on {found['squares']} slices, a map that shows what the "
        "model learnt must become another one (Adebayo et al. 2018)."
    )
    if good:
        told += f" So it is with {_list(good)}."
    if poor:
        told += (
            f" **It stays much the same with {_list(poor)}**: that shows the picture's edges, not the model."
        )
    return told


def _located(found: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Maps against marked lesions: a table of peaks and one of heat, a column a source."""
    sources = {one["name"]: one for one in sorted(found["sources"], key=lambda one: one["slices"])}
    if not sources:
        return ""
    answered = "; ".join(
        f"{name} {one['slices']} slices of {one['groups']} persons ({one['label']}, which the model answers "
        f"on {one['answered']['value']:.0%})"
        for name, one in sources.items()
    )
    rows = [*found["rows"], *found["baselines"]]
    better = any(_above(row) for row in found["rows"])
    verdict = (
        "Bold is better than the best baseline, by an interval that leaves no doubt."
        if better
        else "**No method does surely better than the best baseline anywhere**: nothing shows that its maps "
        "find lesions."
    )
    return (
        "On slices with a marked lesion, maps of the lesion's class, whatever the model answers, against "
        f"maps that know nothing of the model. {answered}. In brackets 95 % intervals over persons. "
        f"{verdict}\n\n"
        f"Peak on the lesion (pointing game):\n\n{_by_source(rows, sources, 'pointing', titles)}"
        f"\n\nShare of the heat on the lesion:\n\n{_by_source(rows, sources, 'energy', titles)}"
    )


def _by_source(
    rows: Sequence[Mapping[str, Any]], sources: Mapping[str, Any], measure: str, titles: Mapping[str, str]
) -> str:
    lines = []
    for key in dict.fromkeys(row["method"] for row in rows):
        several = {
            row["source"]: row for row in sorted(rows, key=lambda row: row["slices"]) if row["method"] == key
        }
        cells = [_score(several.get(name), measure, one["slices"]) for name, one in sources.items()]
        lines.append((titles.get(key, key), *cells))
    return sections.table(("", *sources), lines)


def _score(row: Mapping[str, Any] | None, measure: str, slices: int) -> str:
    if row is None:
        return "–"
    found = row[measure]
    told = measured(found["value"])
    if found["low"] is not None:
        told += f" ({measured(found['low'])} to {measured(found['high'])})"
    if row["slices"] != slices:
        told += f", of {row['slices']}"
    return f"**{told}**" if _above(row, measure) else told


def _above(row: Mapping[str, Any], *measures: str) -> bool:
    """Whether a method is surely better than the best baseline on one of the measures."""
    ahead = [row.get(f"ahead_{measure}") for measure in measures or ("pointing", "energy")]
    return any(one and one["difference"]["low"] is not None and one["difference"]["low"] > 0 for one in ahead)


def _beyond(found: Mapping[str, Any]) -> str:
    """Heat outside the body."""
    first = found["rows"][0]["method"] if found["rows"] else ""
    rows = [one for one in found["rows"] if one["method"] == first]
    if not rows:
        return ""
    flagged = [one["label"] for one in rows if one["flagged"]]
    lines = [
        (
            one["label"],
            f"{one['slices']} of {one['groups']}",
            _score(one, "share", one["slices"]) if one.get("share") else "no heat",
            measured(one["area"]),
            "**yes**" if one["flagged"] else "no",
        )
        for one in rows
    ]
    warning = (
        f"**It looks outside the body for {_list(flagged)}**: there, what speaks for the class is partly the "
        "table, text, air or the picture's edge. "
        if flagged
        else ""
    )
    return (
        f"{warning}A map has no business outside the body. The mean share of its heat there, on slices of "
        f"each class; over {found['limit']:.0%} is flagged:\n\n"
        + sections.table(
            ("class", "slices of patients", "heat outside", "of the square is outside", "flagged"), lines
        )
    )


def _list(words: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
