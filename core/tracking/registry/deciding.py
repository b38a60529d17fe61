"""One decision: checked, written down, done, in the order that a kill at any point can't confuse."""

from dataclasses import replace

from core.config.settings import Settings
from core.errors import InputError, StudioError
from core.tracking.registry import cut_off, history, placing, settling, versions
from core.tracking.registry.history import Line
from core.tracking.registry.values import CHALLENGER, CHAMPION, Entry, called
from core.tracking.registry.versions import Model


def decided(entry: Entry, expect: str, maker: str, settings: Settings) -> Entry:
    """Do what an entry says. Only for who is alone on this machine, with the bundle on the shelf.

    Args:
        entry: What is to be done; its alias and what was there before are seen to here.
        expect: Number of the version that the person took for the champion; "" for the shipped model.
        maker: This machine.
        settings: Where the registry is.

    Returns:
        The entry as it is written down.

    Raises:
        StudioError: The champion is another one by now, code ``"changed"``.
        InputError: It is so already.
        AwayError: The registry can't be asked now.
    """
    model, lines, _ = settling.settled(settings, maker)
    if model.at(CHAMPION) != expect:
        raise _changed(model, lines, expect)
    alias = CHALLENGER if entry.deed == "challenger" else entry.alias
    full = replace(entry, alias=alias, before=model.at(alias))
    _needed(full, model)
    cut_off.begin(settings)
    _done(history.line(full, lines, maker=maker), settings)
    now = versions.model(settings)
    then = history.lines(now.tags)
    if now.twice:
        settling.point(CHALLENGER, "", settings)
    placing.placed(now, then, {}, settings)
    cut_off.end(settings)
    if alias == CHAMPION and now.at(alias) != entry.version:
        # on another machine, at the same moment: the last one to set it stands
        raise _changed(now, then, entry.version)
    return full


def _done(line: Line, settings: Settings) -> None:
    """In this order: why, see `core.tracking.registry.settling`."""
    entry = line.entry
    if entry.version:
        settling.tags(history.gates(line), entry.version, settings)
    settling.write(line, settings)
    settling.point(entry.alias, entry.version, settings)
    settling.write(line.closed(), settings)


def _needed(entry: Entry, model: Model) -> None:
    """See that it isn't so already."""
    if entry.before == entry.version:
        what = "challenges" if entry.alias == CHALLENGER else "answers"
        own = called(entry.version) if entry.version else "The shipped model"
        own = "No version" if entry.alias == CHALLENGER and not entry.version else own
        raise InputError(f"{own} {what} already.", "already")
    if entry.alias == CHALLENGER and entry.version and entry.version == model.at(CHAMPION):
        raise InputError(f"{called(entry.version)} is the champion, it can't challenge itself.", "already")


def _changed(model: Model, lines: list[Line], expect: str) -> StudioError:
    now, last = called(model.at(CHAMPION)), history.newest(lines, CHAMPION)
    who = f" {_told(last)}" if last and last.version == model.at(CHAMPION) else ""
    return StudioError(
        f"It is {now} that answers by now, and not {called(expect)}.{who} Look at what changed, then decide "
        "again.",
        "changed",
    )


def _told(entry: Entry) -> str:
    by, why = entry.by[:60] or "Somebody", f": {entry.why[:200]}" if entry.why else ""
    deed = {"promoted": "promoted it", "rolled back": "rolled back to it"}.get(entry.deed, "set it")
    return f"{by[0].upper()}{by[1:]} {deed}{why.rstrip('.')}."
