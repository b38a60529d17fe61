"""Registered models and the decisions about them, as our own frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"
SHIPPED: Final = "shipped"
Alias = Literal["champion", "challenger"]
Deed = Literal["promoted", "rolled back", "challenger", "set outside"]


@dataclass(frozen=True, slots=True)
class Version:
    """A bundle with a number in MLflow's registry.

    Attributes:
        number: MLflow's, "1" and up.
        run: The id of the run that made it.
        digest: Of the bundle, hex.
        name: The bundle's own.
        bundle: The bundle's own version, the job's id.
        dataset: What it learnt from.
        created: Seconds since 1970.
        aliases: Those that it has now.
        tags: By name.

    The digest, the names and the data set are empty where another program registered it.
    """

    number: str
    run: str
    digest: str
    name: str
    bundle: str
    dataset: str
    created: float
    aliases: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def ref(self) -> str:
        """What it is called on a command line."""
        return f"v{self.number}"

    @property
    def ours(self) -> bool:
        """Whether it is a bundle, which can answer here; other programs register other things."""
        return bool(self.digest)


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision about which model answers.

    Attributes:
        at: Seconds since 1970.
        deed: What was done.
        version: The version's number that answers since, or that challenges; "" is the shipped model.
        before: The same of the one that answered until then.
        by: Who, as they called themselves.
        why: Their words; what an override needs.
        overridden: Titles of the gate's lines that weren't met; none where it was.
        gate: The gate that was read, as JSON has it; empty where there was none.
        alias: Which place the decision is about.
    """

    at: float
    deed: Deed
    version: str
    before: str
    by: str
    why: str
    overridden: tuple[str, ...] = ()
    gate: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    alias: Alias = CHAMPION


def called(number: str) -> str:
    """A version's number as a person reads it; "" is the shipped model."""
    return f"v{number}" if number else "the shipped model"
