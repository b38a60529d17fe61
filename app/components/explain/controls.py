"""What is explained, and how: the class, the class it is held against, methods, layer."""

from typing import Final

import streamlit as st

from app.components.explain import layers
from app.explain.asked import MOST, Asked
from core.explain.methods import DEFAULT, METHODS
from core.explain.values import Target
from core.inference.batch import Case
from core.literal import literal
from core.models.bundle import Bundle

TOP: Final = "Top class"
NOTHING: Final = "nothing else"
_METHODS: Final = (
    f"One to {MOST} side by side. The closed form comes with the answer; others take from a tenth of a "
    "second to a minute and come when they are ready.\n\n"
    + "\n".join(f"- **{literal(row.title)}**: {literal(row.says)}" for row in METHODS.values())
)


def show(case: Case, bundle: Bundle) -> Asked:
    """Draw the controls, all of them in the address.

    Args:
        case: The slice and its answer.
        bundle: The model that answered it.
    """
    with st.container(key="ex-controls", horizontal=True, vertical_alignment="bottom", gap="small"):
        target = _target(case, bundle.card.labels)
        methods = tuple(_methods())
        layered = any(METHODS[key].layered for key in methods)
        layer, known = layers.show(bundle) if layered else (None, True)
    return Asked(case, bundle, target, methods, layer, open=not known)


def _target(case: Case, labels: tuple[str, ...]) -> Target:
    wanted = st.selectbox("Why", [TOP, *labels], key="e_class", bind="query-params", width=150,
                          help="The class whose evidence is drawn.")  # fmt: skip
    usual = case.prediction.top[0]
    # a slice that is still to be answered again has the classes of another model
    label = next(one for one in (wanted, usual, labels[0]) if one in labels)
    others = [one for one in labels if one != label]
    against = st.selectbox(
        "and not", [NOTHING, *others], key="e_not", bind="query-params", width=150,
        help="With a second class, maps show what speaks for the first rather than the second.",
    )  # fmt: skip
    return Target(label, against if against in others else None)


def _methods() -> list[str]:
    asked = st.multiselect(
        "Methods", list(METHODS), default=[DEFAULT], format_func=lambda key: METHODS[key].title,
        key="e_methods", bind="query-params", max_selections=MOST, help=_METHODS,
        placeholder=f"{METHODS[DEFAULT].title}, unless you choose others", select_all=False,
    )  # fmt: skip
    return asked or [DEFAULT]
