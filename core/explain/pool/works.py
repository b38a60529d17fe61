"""What the pool's process can be asked to do; each kind names the function that does it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from core.explain.methods import METHODS
from core.explain.values import Ask

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "layers": "core.explain.pool.doing:layers",
        "explain": "core.explain.pool.doing:explain",
        "trust": "core.explain.pool.doing:trust",
        "flip": "core.explain.pool.doing:flip",
    }
)
"""``module:function`` by kind. A function takes (networks, step, **arguments)."""

_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "layers": "the list of layers",
        "trust": "the check of the map",
        "flip": "the search for what would change the answer",
    }
)


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to do, sent to the pool's process as it is.

    Attributes:
        kind: A key of `KINDS`.
        bundle: The model's folder.
        digest: The model's digest: another model in the folder by now is refused.
        arguments: What the function takes, all picklable; they are somebody's slice, and in no log.
    """

    kind: str
    bundle: Path
    digest: str
    arguments: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def words(self) -> str:
        """What it is, for a person: a method's title, or e.g. ``"the check of the map"``."""
        ask = self.arguments.get("ask")
        if isinstance(ask, Ask) and ask.method in METHODS:
            return METHODS[ask.method].title
        return _WORDS.get(self.kind, "the explanation")

    @property
    def emptied(self) -> "Work":
        """The same without what is somebody's slice; what it is for a person stays."""
        return replace(self, arguments={name: one for name, one in self.arguments.items() if name == "ask"})
