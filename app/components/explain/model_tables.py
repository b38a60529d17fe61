"""The tables of what was measured about a model's maps, as HTML; intervals are drawn beside their figures."""

from collections.abc import Sequence
from typing import Final

from core.explain.faithfulness.checked import ALIKE, Sanity
from core.explain.localisation import baselines, words
from core.explain.localisation.intervals import Interval
from core.explain.localisation.keeping import Looks
from core.explain.localisation.outside import LIMIT
from core.explain.localisation.values import Localisation, Source
from core.explain.methods import METHODS
from core.literal import markup
from core.percent import measured

_LOCATED: Final = ("", "Peak on the lesion", "Heat on the lesion", "Heat outside the body",
                   "With random weights")  # fmt: skip
_BEYOND: Final = ("", "Heat outside the body", "Of the square is outside", "Slices", "")


def located(looks: Looks, checked: Sanity | None, source: Source, first: Sequence[str]) -> str:
    """Methods on one source's slices, then the baselines.

    Args:
        looks: What was measured.
        checked: The randomisation check, where it was run.
        source: Whose slices.
        first: Methods that are drawn first.
    """
    order = [*first, *(key for key in METHODS if key not in first)]
    rows = sorted((row for row in looks.rows if row.source == source.name),
                  key=lambda row: order.index(row.method) if row.method in order else len(order))  # fmt: skip
    known = [row for row in looks.baselines if (row.source, row.slices) == (source.name, source.slices)]
    scales = [_scale([getattr(row, name) for row in (*rows, *known)]) for name in ("pointing", "energy")]
    lines = [_method(row, checked, scales, source.slices) for row in rows]
    if known:
        lines.append(f'<tr class="ex-between"><th colspan="{len(_LOCATED)}" scope="colgroup">Maps that know '
                     "nothing of the model</th></tr>")  # fmt: skip
    lines += [_baseline(row, scales) for row in known]
    return _table(_LOCATED, lines)


def beyond(looks: Looks) -> str:
    """Heat outside the body, a row a method and class."""
    several = len({one.method for one in looks.outside}) > 1
    scale = _scale([one.share for one in looks.outside if one.share])
    rows = []
    for one in looks.outside:
        name = f"{one.label}, {words.title(one.method)}" if several else one.label
        share = _range(one.share, scale) if one.share else "no heat"
        flag = f'<span class="ex-flag">over {LIMIT:.0%}</span>' if one.flagged else ""
        count = f"{one.slices} of {one.groups} patients" + (f", {one.flat} flat" if one.flat else "")
        rows.append(_row(name, share, measured(one.area), markup(count), flag))
    return _table(_BEYOND, rows)


def _method(row: Localisation, checked: Sanity | None, scales: Sequence[float], slices: int) -> str:
    notes = [f"{row.slices} slices"] if row.slices != slices else []
    notes += [f"{row.flat} flat"] if row.flat else []
    name = words.title(row.method) + (f" ({', '.join(notes)})" if notes else "")
    scores = [
        _range(found, scale) + (f"<small>{markup(words.verdict(ahead))}</small>" if ahead else "")
        for found, ahead, scale in (
            (row.pointing, row.ahead_pointing, scales[0]),
            (row.energy, row.ahead_energy, scales[1]),
        )
    ]
    outside = "no heat" if row.outside is None else measured(row.outside)
    return _row(name, *scores, outside, _random(row.method, checked))


def _random(key: str, checked: Sanity | None) -> str:
    one = checked.methods.get(key) if checked else None
    if one is None:
        return "not checked"
    told = f"another map ({one.similarity:.2f})" if one.passed else f"the same map ({one.similarity:.2f})"
    said = f"Rank correlation with the map of random weights; from {ALIKE} on it counts as the same."
    return f'<span class="{"" if one.passed else "ex-flag"}" title="{markup(said)}">{told}</span>'


def _baseline(row: Localisation, scales: Sequence[float]) -> str:
    name = baselines.TITLES.get(row.method, row.method)
    return _row(name, _range(row.pointing, scales[0]), _range(row.energy, scales[1]), "", "")


def _scale(several: Sequence[Interval]) -> float:
    """What the right end of a range's line stands for."""
    return max([one.high or one.value for one in several] or [1.0]) or 1.0


def _range(found: Interval, scale: float) -> str:
    """A figure, and its interval as a line with a dot, over the width that ``scale`` stands for."""
    left, right = (100.0 * end / scale for end in (found.low or 0.0, found.high or 0.0))
    line = (
        "" if found.low is None else f'<i style="left:{left:.1f}%;width:{max(right - left, 0.5):.1f}%"></i>'
    )
    dot = f'<b style="left:{100.0 * found.value / scale:.1f}%"></b>'
    return (
        f'<span class="ex-figure">{markup(words.ranged(found))}</span>'
        f'<span class="ex-range" aria-hidden="true">{line}{dot}</span>'
    )


def _row(name: str, *cells: str) -> str:
    return f'<tr><th scope="row">{markup(name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    top = "".join(f'<th scope="col">{markup(one)}</th>' for one in head)
    return (
        '<div class="ex-look" tabindex="0" role="group" aria-label="Table"><table><thead><tr>'
        f"{top}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
