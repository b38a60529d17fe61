"""This model: where its maps look on marked slices, on how much of the body, and whether weights matter."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.components.explain import model_measuring, model_tables
from app.explain.asked import Asked
from app.session import session
from core.config.settings import settings
from core.explain import kept
from core.explain.faithfulness.checked import Sanity
from core.explain.localisation import keeping, words
from core.explain.localisation.keeping import STANDINGS, Looks
from core.explain.localisation.values import Source
from core.inference.reference import IN_USE
from core.literal import literal, markup
from core.models.bundle import Bundle
from core.percent import measured
from core.tracking.registry.values import CHAMPION, SHIPPED

_REAL: Final = "synthetic"
"""What the names of drawn sources begin with; the others are real slices."""


def show(asked: Asked) -> None:
    """Draw what was measured about the model that answers, or how to measure it.

    Args:
        asked: Whose bundle is told of; its methods come first.
    """
    found = kept.read(asked.bundle, settings())
    looks, checked = keeping.read(found), Sanity.from_json(found.get(kept.SANITY))
    with st.container(key="ex-model"):
        if not (looks.rows or looks.outside or checked):
            _nothing(asked.bundle)
            return
        _summary(looks, checked)
        if looks.sources:
            _marked(looks, checked, asked.methods)
        _beyond(looks)
        for name, why in looks.left_out.items():
            st.caption(literal(f"{name} was not measured: {why}"))
        model_measuring.show(asked.bundle, again=True)


def _nothing(bundle: Bundle) -> None:
    st.info(
        f"Where the maps of {literal(bundle.card.name)} look was not measured yet: whether they hit marked "
        "lesions, how much of their heat is on the body, and whether they come from what it learned.",
        icon=":material/info:",
    )
    model_measuring.show(bundle, again=False)
    st.caption("All methods, and more slices, from the command line:")
    st.code(f"python -m core explanations --model {_reference(bundle)}", language="bash")


def _reference(bundle: Bundle) -> str:
    """By what name the command line finds the model that answers here."""
    chosen = session().model
    if chosen != IN_USE:
        return chosen
    return SHIPPED if bundle.path == settings().shipped_bundle else CHAMPION


def _summary(looks: Looks, checked: Sanity | None) -> None:
    """The findings, the ones to worry about first, each a line."""
    lines = [("poor", words.flag(one)) for one in looks.flagged if one.method == looks.outside[0].method]
    if looks.rows:
        lines.append(_found(looks))
    for key, one in checked.methods.items() if checked else ():
        if not one.passed:
            name = words.title(key)
            lines.append(("poor", f"{name} shows much the same map when the model's weights are random: it "
                          "shows edges of the picture, whatever the model learned."))  # fmt: skip
    if looks.outside and not looks.flagged:
        lines.append(("good", "Its heat lies on the body."))
    items = "".join(f'<li class="ex-{level}"><i></i>{markup(text)}</li>' for level, text in lines)
    st.html(f'<ul class="ex-findings">{items}</ul>')


def _found(looks: Looks) -> tuple[str, str]:
    """Whether any method finds lesions better than what knows nothing."""
    above = [
        f"{words.title(row.method)} on {row.source}"
        for row in looks.rows
        if any(one and one.verdict == "above" for one in (row.ahead_pointing, row.ahead_energy))
    ]
    if not above:
        return (
            "poor",
            "No method is shown to find marked lesions better than what knows nothing of the model.",
        )
    rest = f" and {len(above) - 3} more" if len(above) > 3 else ""
    return ("fair", f"Better than every map that knows nothing: {'; '.join(above[:3])}{rest}.")


def _marked(looks: Looks, checked: Sanity | None, first: Sequence[str]) -> None:
    names = sorted({one.name for one in looks.sources}, key=lambda name: (name.startswith(_REAL), name))
    st.html('<h3 class="ex-part">Do its maps find marked lesions?</h3>')
    name = st.segmented_control("Slices", names, default=names[0], required=True, key="e_source",
                                bind="query-params", label_visibility="collapsed")  # fmt: skip
    source = max((one for one in looks.sources if one.name == name), key=lambda one: one.slices)
    st.html(f'<p class="ex-how">{markup(_about(source))}</p>')
    st.html(model_tables.located(looks, checked, source, first))


def _about(source: Source) -> str:
    return (
        f"{source.slices} slices of {source.groups} persons with {source.label} marked; it takes "
        f"{measured(source.area)} of the slice (median). Maps are of {source.label}, whatever the model "
        f"answers; it answers {source.label} on {words.ranged(source.answered)} of them. In brackets, and as "
        "lines, 95 % intervals over persons."
    )


def _beyond(looks: Looks) -> None:
    if not looks.outside:
        return
    st.html('<h3 class="ex-part">Is its heat on the body?</h3>'
            f'<p class="ex-how">Share of a class\'s heat that lies on air, table, text or padding, on slices '
            f"of that class: {markup(looks.dataset)}, {markup(STANDINGS[looks.standing])}.</p>"
            f"{model_tables.beyond(looks)}")  # fmt: skip
