"""What a person asks for in a form, in MLflow's own query language."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from core.errors import InputError

Kind = Literal["metric", "parameter", "tag", "attribute"]
Op = Literal["=", "!=", "<", "<=", ">", ">=", "contains", "is set", "is not set"]
EXAMPLE: Final = "metrics.test_macro_f1 > 0.6 AND params.`model.backbone` = 'resnet50'"
NUMBERS: Final = ("=", "!=", "<", "<=", ">", ">=")
TEXTS: Final = ("=", "!=", "contains")
WHETHER: Final = ("is set", "is not set")
TIMES: Final = ("start_time", "end_time")
ATTRIBUTES: Final = ("run_name", "status", "user_id", "run_id", *TIMES)
_PREFIX: Final = {
    "metric": "metrics", "parameter": "params", "tag": "tags", "attribute": "attributes",
}  # fmt: skip
_LONGEST: Final = 500
_UNSAYABLE: Final = re.compile(r"['\"`\\_%\x00-\x1f\x7f]")
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition on runs.

    Attributes:
        kind: What it is about.
        name: The metric's, parameter's, tag's; of attributes one of `ATTRIBUTES`.
        op: `NUMBERS` for metrics and times, `TEXTS` for the rest, `WHETHER` for parameters and tags.
        value: A number for metrics, milliseconds since 1970 for times, text for the rest.
    """

    kind: Kind
    name: str
    op: Op
    value: str | float = ""


def operators(kind: Kind, name: str = "") -> tuple[str, ...]:
    """Those that MLflow's language has for something."""
    if kind == "metric" or (kind == "attribute" and name in TIMES):
        return NUMBERS
    return TEXTS if kind == "attribute" else (*TEXTS, *WHETHER)


def written(clauses: Sequence[Clause]) -> str:
    """Conditions that all hold, as `Query.filter` takes them; "" for none.

    ``contains`` may find more than was asked for where the text holds quotes, ``%``, ``_``,
    a backslash or letters beyond ASCII: MLflow's language can't name these inside a pattern.

    Raises:
        InputError: MLflow's language can't say it; code ``"filter"``.
    """
    return " AND ".join(_clause(one) for one in clauses)


def containing(text: str) -> str:
    """A pattern that all texts match that hold another one, in large or small letters.

    Args:
        text: What they hold.
    """
    found = _FOREIGN.sub("%", _UNSAYABLE.sub("_", text[:_LONGEST]))
    return re.sub("%+", "%", f"%{found}%")


def _clause(one: Clause) -> str:
    if one.kind not in _PREFIX:
        raise _unsaid(f"there is no {one.kind!r} to filter by")
    if one.op not in operators(one.kind, one.name):
        raise _unsaid(f"a {one.kind} can't be compared with {one.op!r}")
    key = f"{_PREFIX[one.kind]}.{_name(one)}"
    if one.op in WHETHER:
        return f"{key} IS {'NOT ' if one.op == 'is set' else ''}NULL"
    if one.op in NUMBERS and operators(one.kind, one.name) == NUMBERS:
        return f"{key} {one.op} {_number(one)}"
    if one.op == "contains":
        return f"{key} ILIKE '{containing(str(one.value))}'"
    return f"{key} {one.op} {_text(str(one.value))}"


def _name(one: Clause) -> str:
    if one.kind == "attribute":
        if one.name not in ATTRIBUTES:
            raise _unsaid(f"a run has no attribute {one.name[:60]!r}; there are {', '.join(ATTRIBUTES)}")
        return one.name
    if not one.name.strip():
        raise _unsaid(f"the {one.kind} has no name")
    quote = "`" if "`" not in one.name else '"'
    if quote in one.name or any(ord(letter) < 32 for letter in one.name):
        raise _unsaid(f"the name {one.name[:60]!r} holds letters that can't be quoted")
    return f"{quote}{one.name}{quote}"


def _number(one: Clause) -> str:
    try:
        found = float(one.value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise _unsaid(f"{one.name[:60]} is compared with a number, and {str(one.value)[:60]!r} is none")
    if one.kind == "attribute":
        return str(round(found))
    # no exponents without a point: the language's numbers are those of SQL
    return f"{found:.12f}".rstrip("0").rstrip(".") if 1e-6 <= abs(found) < 1e15 or not found else f"{found:e}"


def _text(value: str) -> str:
    if "\\" in value:
        raise _unsaid("a text with a backslash can only be searched for with 'contains'")
    for quote in "'\"":
        if quote not in value:
            return f"{quote}{value}{quote}"
    raise _unsaid("a text with both kinds of quotes can only be searched for with 'contains'")


def _unsaid(what: str) -> InputError:
    return InputError(f"{what[:1].upper()}{what[1:]}. A filter looks like {EXAMPLE}.", "filter")
