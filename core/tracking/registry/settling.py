"""Brings history to what MLflow's aliases say, whoever was killed on the way.

A decision is written down open, then its alias is set, then it is closed, then the local file is
replaced (`core.tracking.registry.deciding`). The reason comes first, as an alias without one can't be
explained later; the alias alone decides; what servers read comes last. Cut off

- before the alias: the open entry never took effect. It isn't shown, and is dropped here.
- after the alias: an open entry says what the alias says. It is closed, and the local file written.
- after closing: the local file is written.

An alias that no entry explains was set by another program, and gets an entry that says so.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from core.config.settings import Settings
from core.tracking.registry import history, in_use, versions
from core.tracking.registry.asking import asking, connected
from core.tracking.registry.history import Line
from core.tracking.registry.values import CHALLENGER, CHAMPION, Alias, Entry
from core.tracking.registry.versions import Model

ALIASES: Final[tuple[Alias, ...]] = (CHAMPION, CHALLENGER)
_FORGOTTEN_S = 600.0
"""After that, an entry that another machine left open was cut off."""
_OUTSIDE: Final = "another program"


@dataclass(slots=True)
class _Changes:
    written: list[Line] = field(default_factory=list)
    dropped: list[Line] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.written or self.dropped)


def settled(settings: Settings, maker: str) -> tuple[Model, list[Line], bool]:
    """The model and its history as they are once what was cut off is brought to an end.

    Only for who is alone on this machine.

    Args:
        settings: Where the registry is.
        maker: This machine, as open entries name it.

    Returns:
        The model, its history, and whether anything had to be changed.

    Raises:
        AwayError: The registry can't be asked now.
    """
    model = versions.model(settings)
    found = history.lines(model.tags)
    changes = _changes(model, found, maker)
    if any(one.entry.deed == "set outside" for one in changes.written):
        # tags and aliases aren't read at one moment: another machine may be in the middle of a decision
        model = versions.model(settings)
        found = history.lines(model.tags)
        changes = _changes(model, found, maker)
    _apply(changes, settings)
    if model.twice:
        point(CHALLENGER, "", settings)
    gone = {one.key for one in (*changes.written, *changes.dropped)}
    kept = [one for one in found if one.key not in gone]
    lines = sorted([*kept, *changes.written], key=lambda one: one.number)
    return model, lines, bool(changes) or model.twice


def unsettled(model: Model, maker: str, settings: Settings) -> bool:
    """Whether there is anything to be done, by a look that changes nothing."""
    found = history.lines(model.tags)
    places = in_use.read(settings)
    here = {alias: places[alias].version if alias in places else "" for alias in ALIASES}
    return (
        bool(_changes(model, found, maker))
        or model.twice
        or any(here[alias] != model.at(alias) for alias in ALIASES)
        or any(not Path(one.folder).is_dir() for one in places.values())
        or in_use.damaged(settings)
    )


def write(of: Line, settings: Settings) -> None:
    """Write an entry down, or over what it was."""
    with asking(settings):
        connected(settings).set_registered_model_tag(settings.model_name, of.key, history.text(of))


def _changes(model: Model, of: Sequence[Line], maker: str) -> _Changes:
    changes, lines = _Changes(), list(of)
    for alias in ALIASES:
        now, before = model.at(alias), history.standing(lines)[alias]
        opened = [one for one in of if one.open and one.entry.alias == alias]
        took = next((one for one in reversed(opened) if one.entry.version == now != before), None)
        if took:
            changes.written.append(took.closed())
            # what answers since doesn't challenge any more
            lines = [took.closed() if one is took else one for one in lines]
        elif now != before:
            new = history.line(outside(alias, now, before), lines, name="outside")
            changes.written.append(new)
            lines.append(new)
        changes.dropped += [one for one in opened if one is not took and _cut_off(one, maker)]
    return changes


def _cut_off(one: Line, maker: str) -> bool:
    return one.open == maker or time.time() - one.entry.at > _FORGOTTEN_S


def outside(alias: Alias, now: str, before: str) -> Entry:
    """That another program set an alias, or took it away."""
    why = f"The alias {alias} was {'set' if now else 'taken away'} in MLflow."
    return Entry(time.time(), "set outside", now, before, _OUTSIDE, why, alias=alias)


def _apply(changes: _Changes, settings: Settings) -> None:
    for one in changes.written:
        write(one, settings)
    if changes.dropped:
        client = connected(settings)
        with asking(settings):
            for one in changes.dropped:
                client.delete_registered_model_tag(settings.model_name, one.key)


def tags(of: Mapping[str, str], version: str, settings: Settings) -> None:
    """Set tags of a version."""
    client: Any = connected(settings)
    with asking(settings):
        for name, value in of.items():
            client.set_model_version_tag(settings.model_name, version, name, value)


def point(alias: Alias, number: str, settings: Settings) -> None:
    """Set an alias, or take it away where the number is ""."""
    client = connected(settings)
    with asking(settings):
        if number:
            client.set_registered_model_alias(settings.model_name, alias, number)
        else:
            client.delete_registered_model_alias(settings.model_name, alias)
