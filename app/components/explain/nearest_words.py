"""What the nearest training slices say together, in words, and how far to trust them."""

from typing import Final

import streamlit as st

from app.explain.nearest import Acquaintance
from app.words import counted
from core.domain import Prediction
from core.explain.nearest import A_SERIES, Opinion, Reliability
from core.inference.words import colour, percent
from core.literal import literal
from core.literal import markup as plain
from core.models.bundle import Card
from core.models.neighbours import PLAIN

NO_LIST: Final = (
    "This model's bundle doesn't say which training slices it keeps: it was made before that was written "
    "down. Train again on the same data set for a bundle that does; the model answers as before."
)
_LETTERS: Final = 60
_SEEN: Final = "The model was trained on this very slice, so its answer here is no test of it."
_OWN_OUT: Final = "Training slices of its own patient block are left out: they are no second opinion."
_OWN_IN: Final = "Training slices of its own patient block may be among them: they are no second opinion."
_OWN_UNKNOWN: Final = (
    "Which patient block it is from isn't known here, so others of the same patient may be among them."
)


def markup(prediction: Prediction, opinion: Opinion, card: Card, known: Acquaintance, left_out: bool) -> str:
    """The vote and what to know before it, as HTML.

    Args:
        prediction: The model's answer for the slice.
        opinion: Its neighbours.
        card: The model's.
        known: What the model has to do with the slice already.
        left_out: Whether its own patient block was left out.
    """
    before = "".join(f"<li>{plain(one)}</li>" for one in _before(opinion, card, known, left_out))
    careful = f'<ul class="ex-near-before">{before}</ul>' if before else ""
    counts = "".join(
        f'<li><i style="background:{colour(label)}"></i>{plain(_brief(label))} <b>{count}</b></li>'
        for label, count in opinion.votes.items()
    )
    return (
        f'{careful}<p class="ex-near-vote">{plain(vote(opinion))} '
        f"<span>{plain(agreement(prediction, opinion))}</span></p>"
        f'<ul class="ex-near-counts">{counts}</ul>'
    )


def vote(opinion: Opinion) -> str:
    """What the neighbours say, in one sentence."""
    if not opinion.near:
        return "No other training slice is kept in the bundle, so there is nothing to lay beside this one."
    count = len(opinion.near)
    whence = (
        f"from {counted(opinion.series, 'series', 'series')} of {counted(opinion.blocks, 'patient block')}"
    )
    if opinion.label is None:
        most = max(opinion.votes.values())
        level = [_brief(label) for label, number in opinion.votes.items() if number == most]
        said = " and ".join([", ".join(level[:-1]), level[-1]])
        return f"The {count} nearest training slices name no class: {said} have {most} each, {whence}."
    number = opinion.votes[opinion.label]
    if count == 1:
        return f"The nearest training slice is {_brief(opinion.label)}; there is no other."
    verb, label = "is" if number == 1 else "are", _brief(opinion.label)
    return f"{number} of the {count} nearest training slices {verb} {label}; the {count} are {whence}."


def agreement(prediction: Prediction, opinion: Opinion) -> str:
    """Whether that is what the model answers; empty where the neighbours say nothing."""
    top = prediction.top[0]
    label = _brief(top)
    if not opinion.near:
        return ""
    if prediction.declined:
        return f"The model gives no answer for this slice; its most probable class is {label}."
    if opinion.label is None:
        return f"The model answers {label}."
    if opinion.label == top:
        return f"The model answers {label} too."
    return f"They don't agree with the model, which answers {label}."


def notes(opinion: Opinion, card: Card, found: Reliability, portraits: bool) -> None:
    """Below the grid: how often such a vote is right, what similarity means, where pictures are missing."""
    if not portraits:
        name = literal(_brief(str(card.data.get("name", "")))) or "its data set"
        st.caption(
            f"None of these slices is in a data set on this machine, so only what the model's bundle says of "
            f"them is shown. Ingest {name} on the Data page to see their pictures here."
        )
    st.caption(literal(trust(found, card)))
    st.caption(literal(_similarity(opinion)))


def trust(found: Reliability, card: Card) -> str:
    """How often such a vote is right, as measured on the kept slices themselves."""
    asked = sum(found.asked.values())
    if not asked:
        return "How often such a vote is right can't be measured: all kept slices are of one patient block."
    each = ", ".join(
        f"{_brief(label)} {found.right.get(label, 0)} of {found.asked[label]}"
        for label in sorted(found.asked)
    )
    said = (
        f"How far to trust the vote: asked about {counted(asked, 'training slice')} without their own "
        f"patient blocks, it names the right class for {percent(found.share)} ({each}). Whole slices are "
        "likened, with their patients and their contrast, and not findings alone."
    )
    return f"{said} The backbone learnt from these slices, so that is too good." if _learnt(card) else said


def _brief(name: str) -> str:
    """A name as it stands in a sentence, where a long one would bury the rest."""
    return name if len(name) <= _LETTERS else f"{name[:_LETTERS]}…"


def _before(opinion: Opinion, card: Card, known: Acquaintance, left_out: bool) -> list[str]:
    said = [_SEEN] if known.seen else []
    if known.blocks:
        said.append(_OWN_OUT if left_out else _OWN_IN)
    elif known.seen:
        said.append(_OWN_UNKNOWN)
    limit = card.thresholds.distance
    if opinion.near and opinion.distance > limit:
        said.append(
            f"The slice lies far from all training slices (distance {opinion.distance:.2f}; above "
            f"{limit:.2f} it isn't answered), so even the nearest are not near."
        )
    return said


def _similarity(opinion: Opinion) -> str:
    changed = sum(one.neighbour.variant != PLAIN for one in opinion.near)
    copies = (
        f" {changed} of them are nearest in a copy with other contrast or a little moved, as the model was "
        "trained with too; the picture is the slice as it is."
        if changed
        else ""
    )
    return (
        "The number on a slice is the cosine of the model's features: 1 is the same, 0 nothing in common. "
        f"At most {A_SERIES} slices of a series count, as neighbours in a series are one opinion.{copies}"
    )


def _learnt(card: Card) -> bool:
    """Whether the backbone was tuned on the slices, so that its features know their labels."""
    training = (card.data.get("params") or {}).get("training") or {}
    return training.get("fit") == "epochs" and training.get("unfreeze", "none") != "none"
