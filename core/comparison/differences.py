"""In what runs differ: parameters, environment, and tags that say what they were made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from core.comparison.loading import Details
from core.config import fields

ENVIRONMENT: Final = "environment"
MADE_OF: Final = "made of"
OTHER: Final = "parameters"
"""The section of a parameter that has none in its name: runs of other programs."""
_TAGS: Final[Mapping[str, tuple[str, str]]] = {
    "studio.dataset": ("Data set", "what it learnt from"),
    "studio.manifest": ("Manifest", "the exact slices, classes and folds, by their digest"),
    "studio.kind": ("Kind", "a training, or a search for parameters"),
    "studio.split": ("Judged on", "the split of its first figure"),
    "mlflow.source.git.commit": ("Code", "revision of the code"),
    "mlflow.source.name": ("Program", "what made it"),
    "mlflow.user": ("Made by", "the account that it ran under"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing of several runs.

    Attributes:
        section: ``model``, ``training`` and so on, `OTHER`, `MADE_OF` or `ENVIRONMENT`.
        name: As it was logged, such as ``training.learning_rate``.
        label: What a person reads; the name where nothing better is known.
        values: Of each run in their order, as logged; None where it has none.
        same: Whether all are equal; as numbers where they are numbers.
        unit: Empty where there is none.
        meaning: A clause; empty where it is not known.
    """

    section: str
    name: str
    label: str
    values: tuple[str | None, ...]
    same: bool
    unit: str = ""
    meaning: str = ""


def rows(several: Sequence[Details], everything: bool = False) -> list[Row]:
    """In what runs differ, section by section.

    Args:
        several: The runs.
        everything: Also what is the same in all of them.

    Returns:
        Parameters in the order of params.yaml, then foreign ones by name, what they were made of, and
        the environment.
    """
    found = [*_parameters(several), *_made_of(several), *_environment(several)]
    return [one for one in found if everything or not one.same]


def sections(found: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by section, in their order."""
    grouped: dict[str, list[Row]] = {}
    for row in found:
        grouped.setdefault(row.section, []).append(row)
    return grouped


def equal(values: Sequence[str | None]) -> bool:
    """Whether values are one and the same: ``"1e-3"`` and ``"0.001"`` are, ``"True"`` and ``"true"`` too."""
    first, *rest = [_comparable(value) for value in values] or [None]
    return all(one == first for one in rest)


def number(text: str | None) -> float | None:
    """The number that a value is; None where it is none."""
    try:
        # int() and float() take "1_000", which no program means by it
        return None if text is None or "_" in text else float(text)
    except ValueError:
        return None


def _comparable(text: str | None) -> object:
    value = number(text)
    if value is not None:
        return ("number", "nan" if value != value else value)
    lowered = (text or "").strip().lower()
    return ("word", lowered) if lowered in ("true", "false", "none") else ("text", text)


def _parameters(several: Sequence[Details]) -> Iterator[Row]:
    ours = _ours()
    logged = {name for one in several for name in one.run.parameters}
    for name in [*(own for own in ours if own in logged), *sorted(logged - set(ours))]:
        values = tuple(one.run.parameters.get(name) for one in several)
        section, dot, _ = name.partition(".")
        known = ours.get(name)
        label, unit, meaning = (known.label, known.unit, known.meaning) if known else (name, "", "")
        yield Row(section if dot else OTHER, name, label, values, equal(values), unit, meaning)


def _made_of(several: Sequence[Details]) -> Iterator[Row]:
    for name, (label, meaning) in _TAGS.items():
        values = tuple(one.run.tags.get(name) for one in several)
        if any(value is not None for value in values):
            yield Row(MADE_OF, name, label, values, equal(values), meaning=meaning)


def _environment(several: Sequence[Details]) -> Iterator[Row]:
    flat = [_flat(one.environment) for one in several]
    for name in dict.fromkeys(name for values in flat for name in values):
        if name != "code_revision":  # among the tags
            values = tuple(one.get(name) for one in flat)
            label = name.rpartition(".")[2].replace("_", " ")
            yield Row(ENVIRONMENT, name, label, values, equal(values))


def _flat(document: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in document.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{before}{name}.")
        elif value is not None:
            found[f"{before}{name}"] = str(value)
    return found


@lru_cache(maxsize=1)
def _ours() -> Mapping[str, fields.Parameter]:
    return {one.path: one for one in fields.parameters()}
