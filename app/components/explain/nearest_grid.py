"""The slice beside its nearest training slices, as HTML; every foreign text as it is."""

from collections.abc import Mapping

from app.explain.nearest import own_portrait
from core.explain.nearest import Near, Opinion
from core.inference.batch import Case
from core.inference.words import colour, percent
from core.literal import markup as plain


def markup(case: Case, opinion: Opinion, portraits: Mapping[str, str]) -> str:
    """The grid.

    Args:
        case: The slice and its answer.
        opinion: Its neighbours, at least one.
        portraits: Data URIs of those that lie on this machine, by SHA-256.
    """
    tiles = "".join(_tile(one, portraits.get(one.neighbour.slice, "")) for one in opinion.near)
    bare = "" if portraits else " ex-near-bare"
    return f'<div class="ex-near{bare}">{_own(case)}<div class="ex-near-tiles">{tiles}</div></div>'


def _own(case: Case) -> str:
    label, probability = case.prediction.top
    said = "declined" if case.prediction.declined else f"{plain(label)} {percent(probability)}"
    mark = colour(None if case.prediction.declined else label)
    return (
        f'<figure class="ex-near-own" style="border-color:{mark}">'
        f'<img src="{own_portrait(case)}" alt="The slice that is explained">'
        f'<figcaption><b><i style="background:{mark}"></i><em>{said}</em></b>'
        "<span>this slice, as the model answers it</span></figcaption></figure>"
    )


def _tile(one: Near, portrait: str) -> str:
    label, digest = plain(one.neighbour.label), one.neighbour.slice[:8]
    picture = (
        f'<img src="{portrait}" alt="Training slice {digest}, {label}">'
        if portrait
        else '<div class="ex-near-none">not on this machine</div>'
    )
    series = plain(one.neighbour.series) or "not known"
    where = f"series {series}, block {plain(one.neighbour.group) or 'not known'}"
    return (
        f'<figure style="border-color:{colour(one.neighbour.label)}">{picture}<figcaption>'
        f'<b><i style="background:{colour(one.neighbour.label)}"></i><em title="{label}">{label}</em>'
        f"<u>{one.similarity:.2f}</u></b>"
        f'<span title="{where}">{where}</span><span>slice {digest}</span></figcaption></figure>'
    )
