"""What a person wants trained: the form's values, kept while the tab is open, and the recipe they make."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import streamlit as st
from pydantic import BaseModel, ValidationError

from app import dataset
from app.components.dataset import chooser
from app.training_rules import LEFT_OUT, Values, applies
from core.config import params as recipes
from core.config.fields import Parameter, parameters
from core.config.params import Params
from core.config.settings import settings
from core.data import manifest
from core.errors import SettingsError
from core.training import runner

_VALUES: Final = "tr-form-values"
_TITLE: Final = "tr-form-title"
_NEXT: Final = "tr-form-next"
_WIDGET: Final = "tr-form-field-"
TITLE_LETTERS: Final = 100


def shown() -> list[Parameter]:
    """The parameters that the form asks for."""
    return [one for one in parameters() if one.path not in LEFT_OUT]


def defaults() -> dict[str, Any]:
    """Every parameter as params.yaml has it."""
    return _flat(_usual(recipes.FILE.stat().st_mtime_ns))


@lru_cache(maxsize=1)
def _usual(stamp: int) -> Params:  # noqa: ARG001
    return recipes.load()


def values() -> dict[str, Any]:
    """What this tab's form says; what it says is changed in place."""
    if _VALUES not in st.session_state:
        st.session_state[_VALUES] = defaults()
    found: dict[str, Any] = st.session_state[_VALUES]
    return found


def title() -> str:
    """What the run is to be called; empty for a name made from the recipe."""
    return str(st.session_state.get(_TITLE, "")).strip()


def set_title(text: str) -> None:
    """Keep what the run is to be called."""
    st.session_state[_TITLE] = text


def fill(params: Params, dataset: str) -> None:
    """Show a recipe in the form from the next run of the page on.

    Args:
        params: The recipe.
        dataset: The set that it was for.
    """
    st.session_state[_NEXT] = _flat(params)
    chooser.choose(dataset)


def reset() -> None:
    """Show the defaults from the next run of the page on; the set stays."""
    st.session_state[_NEXT] = defaults()
    st.session_state.pop(_TITLE, None)


def take_up() -> None:
    """Take up what a person changed, or what `fill` or `reset` asked for, before the first widget is drawn.

    What a widget further down says then counts for those above it too.
    """
    wanted = st.session_state.pop(_NEXT, None)
    if wanted is not None:
        st.session_state[_VALUES] = wanted
    now = values()
    for key in [str(key) for key in st.session_state if str(key).startswith(_WIDGET)]:
        path = key.removeprefix(_WIDGET)
        if wanted is not None:
            del st.session_state[key]
        elif path in now:
            now[path] = st.session_state[key]


def widget(name: str) -> str:
    """The key of a field's widget."""
    return _WIDGET + name


def fields(values: Values) -> dict[str, dict[str, Any]]:
    """Values by section; what plays no part is at its default, so that it can't be in the way."""
    usual, found = defaults(), dict[str, dict[str, Any]]()
    for path, value in values.items():
        section, _, name = path.partition(".")
        found.setdefault(section, {})[name] = value if applies(path, values) else usual[path]
    return found


def recipe(values: Values) -> Params:
    """The recipe that values make.

    Raises:
        SettingsError: They can't work, or not together; all of that is named at once.
    """
    return recipes.checked(fields(values))


def whatever(values: Values) -> Params:
    """The recipe that values make, be they at odds; a section that can't be is at its defaults."""
    usual = _usual(recipes.FILE.stat().st_mtime_ns)
    sections: dict[str, Any] = {}
    for section, given in fields(values).items():
        before: BaseModel = getattr(usual, section)
        try:
            sections[section] = type(before).model_validate(given)
        except ValidationError:
            sections[section] = before
    return Params.model_construct(None, **sections)


def reasons(name: str, values: Values) -> list[str]:
    """Why a set can't be trained on with these values, all at once, as sentences; none where it can."""
    found = list[str]()
    try:
        params = recipe(values)
    except SettingsError as error:
        found += _one_by_one(error.sentence)
        params = whatever(values)
    found += _refusals(name, dataset.shown(name).stamp, params.model_dump_json(), params)
    found += _classes(name)
    return list(dict.fromkeys(found))


@st.cache_data(max_entries=100, ttl=10, show_spinner=False)
def _refusals(name: str, stamp: tuple[int, ...], recipe: str, _params: Params) -> list[str]:  # noqa: ARG001
    """Kept for a moment: reading a large manifest at every click would be felt."""
    return runner.refusals(name, _params, settings())


def _one_by_one(sentence: str) -> list[str]:
    """What `core.config.params.checked` says of several parameters, a sentence each."""
    said = sentence.partition(": ")[2].rpartition(". ")[0]
    return [f"{one}." for one in said.split("; ")] if said else [sentence]


def _classes(name: str) -> Sequence[str]:
    rows = dataset.shown(name).rows
    labels = manifest.classes(rows)
    if len(labels) != 1:
        return []
    return [
        f"All slices of {name} are {labels[0]}, and a model needs two classes at least. Change the class "
        "rule on the Data page, or add slices."
    ]


def _flat(params: Params) -> dict[str, Any]:
    by_section = params.model_dump(mode="json")
    return {f"{section}.{name}": one for section, some in by_section.items() for name, one in some.items()}
