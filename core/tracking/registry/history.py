"""Who decided what: tags of the registered model, so that every machine sees them.

An entry is written down open before the alias is set, and closed after. One that stays open was cut off:
whether it took effect is what the alias says (`core.tracking.registry.settling`).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

from core.tracking.registry.values import CHALLENGER, CHAMPION, Alias, Entry, Version

TAG: Final = "studio.history."
GATE: Final = "studio.gate."
_MOST: Final = 5_000
"""Characters of a tag: databases hold no more of a registered model's, older servers of a version's."""
_WORDS, _TITLE, _TITLES = 200, 100, 20
_KEY: Final = re.compile(re.escape(TAG) + r"([0-9]{6,9})(\.[0-9a-z]+)?")


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is written down.

    Attributes:
        key: The tag's name.
        entry: Without its gate.
        open: Who is about to do it; "" where it is done.
    """

    key: str
    entry: Entry
    open: str = ""

    @property
    def number(self) -> int:
        """Its place in the order."""
        return int(self.key.removeprefix(TAG).partition(".")[0])

    def closed(self) -> "Line":
        """The same, done."""
        return replace(self, open="")


def lines(tags: Mapping[str, str]) -> list[Line]:
    """All that is written down, oldest first; what can't be read is left out.

    Args:
        tags: Of the registered model.
    """
    found = [_line(key, text) for key, text in tags.items() if _KEY.fullmatch(key)]
    return sorted((one for one in found if one), key=lambda one: (one.number, one.entry.at, one.key))


def entries(of: Sequence[Line], versions: Sequence[Version]) -> list[Entry]:
    """Decisions that took effect, newest first, each with its gate.

    Args:
        of: From `lines`.
        versions: Whose tags have the gates.
    """
    tags = {one.number: one.tags for one in versions}
    done = [one for one in reversed(of) if not one.open]
    return [replace(one.entry, gate=_gate(one.key, tags.get(one.entry.version, {}))) for one in done]


def newest(of: Sequence[Line], alias: Alias) -> Entry | None:
    """The last decision about a place that took effect."""
    return next((one.entry for one in reversed(of) if not one.open and one.entry.alias == alias), None)


def standing(of: Sequence[Line]) -> dict[Alias, str]:
    """The version's number in each place by what was decided; "" for none."""
    found: dict[Alias, str] = {CHAMPION: "", CHALLENGER: ""}
    for one in of:
        if not one.open:
            found[one.entry.alias] = one.entry.version
            # what answers doesn't challenge itself any more
            if found[CHAMPION] == found[CHALLENGER]:
                found[CHALLENGER] = ""
    return found


def line(entry: Entry, of: Sequence[Line], *, maker: str = "", name: str = "") -> Line:
    """An entry with the next number.

    Args:
        entry: What is to be written down.
        of: What is there already.
        maker: Who is about to do it; "" where it is done.
        name: What follows the number; a random one by default, so that two machines that count at once
            don't write over each other's.
    """
    number = max((one.number for one in of), default=0) + 1
    return Line(f"{TAG}{number:06}.{name or uuid4().hex[:8]}", entry, maker)


def text(of: Line) -> str:
    """What the tag says, at most as long as any database holds; a long reason is cut."""
    kept = {name: value for name, value in asdict(_without_gate(of.entry)).items() if name != "gate"}
    kept |= {
        "by": of.entry.by[:_WORDS],
        "overridden": [title[:_TITLE] for title in of.entry.overridden[:_TITLES]],
    }
    kept |= {"open": of.open} if of.open else {}
    why, cut = of.entry.why, ""
    while len(found := _json(kept | {"why": why + cut})) > _MOST and why:
        # a character takes six at most
        why, cut = why[: -max(1, (len(found) - _MOST) // 6)], "…"
    return found


def gates(of: Line) -> dict[str, str]:
    """Tags of the version that have the gate, in pieces that any server takes."""
    if not of.entry.gate:
        return {}
    said, own = _json(of.entry.gate), of.key.removeprefix(TAG)
    pieces = [said[at : at + _MOST] for at in range(0, len(said), _MOST)]
    return {f"{GATE}{own}.{number:03}": piece for number, piece in enumerate(pieces)}


def _gate(key: str, tags: Mapping[str, str]) -> Mapping[str, Any]:
    prefix = f"{GATE}{key.removeprefix(TAG)}."
    said = "".join(tags[name] for name in sorted(tags) if name.startswith(prefix))
    try:
        found = json.loads(said) if said else {}
    except ValueError:
        return MappingProxyType({})
    return MappingProxyType(found if isinstance(found, dict) else {})


def _line(key: str, said: str) -> Line | None:
    try:
        found = json.loads(said)
        alias: Alias = CHALLENGER if found.get("alias") == CHALLENGER else CHAMPION
        entry = Entry(
            at=float(found["at"]), deed=found["deed"], version=str(found["version"]),
            before=str(found["before"]), by=str(found["by"]), why=str(found["why"]),
            overridden=tuple(map(str, found.get("overridden", ()))), alias=alias,
        )  # fmt: skip
        return Line(key, entry, str(found.get("open", "")))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _without_gate(entry: Entry) -> Entry:
    # a mapping proxy can't be copied by `asdict`
    return replace(entry, gate={})


def _json(fields: Mapping[str, Any]) -> str:
    """JSON of characters that every database takes."""
    said = json.dumps(dict(fields), ensure_ascii=False, allow_nan=False)
    return said.encode("utf-8", "replace").decode("utf-8")
