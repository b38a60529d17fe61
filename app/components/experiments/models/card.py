"""The model card of a registered version: to read, and to take along."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.messages import guarded
from core.config.settings import settings
from core.promotion import card_of, model_card
from core.tracking.registry.values import Version


def show(versions: Sequence[Version]) -> None:
    """Draw the card of the version that is chosen, folded; only then it is made.

    Args:
        versions: Every registered one that has a bundle, newest first.
    """
    by_ref = {one.ref: one for one in versions}
    if not by_ref:
        return
    with guarded(), st.container(key="r-card"):
        chosen = st.selectbox("Model card", list(by_ref), index=None, key="r_card", bind="query-params",
                              placeholder="Choose a version", width=240)  # fmt: skip
        if chosen:
            _card(by_ref[chosen])


def _card(version: Version) -> None:
    told = _told(version.number, version.digest, version.aliases, version)
    text = model_card.render(told)
    with st.container(horizontal=True, gap="small"):
        st.download_button("Markdown", text, f"model-card-{version.ref}.md", "text/markdown",
                           key="r_card_md", icon=":material/download:", on_click="ignore")  # fmt: skip
        st.download_button("JSON", json.dumps(told, indent=2, ensure_ascii=False),
                           f"model-card-{version.ref}.json", "application/json", key="r_card_json",
                           icon=":material/download:", on_click="ignore")  # fmt: skip
    with st.container(border=True, key="r-card-text"):
        st.markdown(text)


@st.cache_data(max_entries=16, ttl=30, show_spinner=False)
def _told(number: str, digest: str, aliases: tuple[str, ...], _version: Version) -> Mapping[str, Any]:  # noqa: ARG001
    return card_of.version(_version, settings())
