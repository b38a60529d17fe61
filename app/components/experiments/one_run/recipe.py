"""What went into a run: its parameters, its tags, what it ran on, and the manifest that it learnt from."""

import json
from collections.abc import Mapping

import streamlit as st

from app.experiments import details
from app.words import counted
from core.config import fields
from core.config.settings import settings
from core.data import manifest, sets
from core.errors import StudioError
from core.literal import literal, markup
from core.tracking.runs.values import Run


def show(run: Run) -> None:
    """Draw it."""
    _data(run)
    usual = {one.path: one for one in fields.parameters()}
    other = {name: value for name, value in run.parameters.items() if name not in usual}
    if run.parameters:
        st.markdown("**Parameters**")
        mine = {one.path: run.parameters[one.path] for one in usual.values() if one.path in run.parameters}
        units = {
            name: f"{one.unit} \u00b7 {one.meaning}" if one.unit else one.meaning
            for name, one in usual.items()
        }
        st.html(_table({**mine, **other}, units))
    else:
        st.caption("It logged no parameter.")
    ran = details.environment(run)
    if ran:
        with st.expander("What it ran on", icon=":material/memory:"):
            packages = ran.get("packages") or {}
            st.html(_table({**{n: str(v) for n, v in ran.items() if n != "packages"}, **packages}, {}))
    tags = {name: value for name, value in sorted(run.tags.items()) if name != "mlflow.note.content"}
    with st.expander(f"{counted(len(tags), 'tag')}", icon=":material/label:"):
        st.html(_table(tags, {}))


def _data(run: Run) -> None:
    """Which slices, and whether the set is still as it was."""
    data = details.scores(run).get("data") or {}
    digest = run.tags.get("studio.manifest") or data.get("manifest")
    if not digest:
        return
    st.markdown(
        f"**Data** {literal(run.dataset)}, manifest `{digest[:16]}`: {_as_it_is(run.dataset, str(digest))}"
    )
    if data.get("classes"):
        classes = ", ".join(f"{label} {count:,}" for label, count in data["classes"].items())
        st.caption(
            literal(
                f"{data.get('slices', 0):,} slices, {data.get('used', 0):,} used ({classes}), in "
                f"{data.get('groups', 0):,} patient blocks; {len(data.get('held_out') or ()):,} kept out."
            )
        )


def _as_it_is(name: str, digest: str) -> str:
    try:
        now = manifest.digest(manifest.read(sets.folder(name, settings())))
    except StudioError:
        return "the set isn't on this machine."
    if now == digest:
        return "the set here is the same, slice by slice."
    return "the set here was changed since: other slices, labels, groups or splits."


def _table(values: Mapping[str, str], meanings: Mapping[str, str]) -> str:
    rows = "".join(
        f"<tr><th>{markup(name)}</th><td>{markup(_short(value))}</td>"
        f"<td>{markup(meanings.get(name, ''))}</td></tr>"
        for name, value in values.items()
    )
    return f'<div class="wide"><table class="tr-job-params">{rows}</table></div>'


def _short(value: object, most: int = 300) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= most else f"{text[:most]}\u2026 ({len(text):,} letters)"
