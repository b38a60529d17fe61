"""The fields of params.yaml as a list, for whatever shows or documents them."""

from dataclasses import dataclass
from functools import lru_cache
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from core.config.params import Params
from core.config.sections import Group

Kind = Literal["switch", "whole", "number", "choice", "text", "other"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A field.

    Attributes:
        section: Of params.yaml.
        name: In it.
        kind: ``switch`` yes or no, ``whole`` and ``number``, ``choice`` of a few, ``text``, or ``other``.
        default: As JSON has it.
        label: What a person who is asked for it reads.
        meaning: A clause.
        unit: Empty where there is none.
        group: What a person decides it with.
        low: Least value, or None.
        high: Largest, or None.
        open_low: The least value itself is not allowed.
        open_high: Nor the largest.
        step: What a whole number must be a multiple of.
        choices: Of a ``choice``.
    """

    section: str
    name: str
    kind: Kind
    default: Any
    label: str
    meaning: str
    unit: str
    group: Group
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False
    step: int = 1
    choices: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """``section.name``, as ``--set`` takes it."""
        return f"{self.section}.{self.name}"

    @property
    def range(self) -> str:
        """What is allowed, in words; empty where anything is."""
        if self.kind == "choice":
            return ", ".join(self.choices)
        if self.kind == "switch":
            return "true, false"
        low, high = (None if one is None else f"{one:g}" for one in (self.low, self.high))
        least = low and (f"above {low}" if self.open_low else f"from {low}")
        most = high and (f"below {high}" if self.open_high else f"to {high}")
        multiple = f"in steps of {self.step}" if self.step > 1 else ""
        return " ".join(part for part in (least, most, multiple) if part)


@lru_cache(maxsize=1)
def parameters() -> tuple[Parameter, ...]:
    """Every field, in the order of params.yaml."""
    found = []
    for section, about in Params.model_fields.items():
        kind: Any = about.annotation
        found += [_parameter(section, name, field) for name, field in kind.model_fields.items()]
    return tuple(found)


def of(group: Group) -> tuple[Parameter, ...]:
    """The fields that a person decides together."""
    return tuple(one for one in parameters() if one.group == group)


def _parameter(section: str, name: str, field: FieldInfo) -> Parameter:
    extra: Any = field.json_schema_extra
    keys = ("ge", "gt", "le", "lt", "multiple_of")
    limits = {key: getattr(one, key) for one in field.metadata for key in keys if hasattr(one, key)}
    kind = _kind(field.annotation)
    return Parameter(
        section, name, kind, list(field.default) if isinstance(field.default, tuple) else field.default,
        extra["label"] or name.replace("_", " ").capitalize(), field.description or "",
        extra["unit"], extra["group"],
        low=limits.get("ge", limits.get("gt")), high=limits.get("le", limits.get("lt")),
        open_low="gt" in limits, open_high="lt" in limits, step=limits.get("multiple_of", 1),
        choices=tuple(map(str, get_args(field.annotation))) if kind == "choice" else (),
    )  # fmt: skip


def _kind(annotation: Any) -> Kind:
    if get_origin(annotation) is Literal:
        return "choice"
    if isinstance(annotation, UnionType) or get_origin(annotation) is not None:
        return "other"
    kinds: dict[Any, Kind] = {bool: "switch", int: "whole", float: "number", str: "text"}
    return kinds[annotation]
