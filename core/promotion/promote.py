"""Another model is let answer, or the one before again: by whom, why, and on which measurements."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.config.settings import Settings
from core.errors import BundleError, InputError, StudioError
from core.inference import shared, standing
from core.inference.places import places
from core.jobs import runner
from core.jobs.job import Job
from core.promotion.behind import behind
from core.promotion.gate import QUEUE, WORKER, Gate
from core.tracking.registry.registry import Registry
from core.tracking.registry.values import Deed, Entry, Version
from core.tracking.runs.values import Run

REASON: Final = 10
"""Characters of a reason, at least: a word says nothing to who reads it in a year."""
_NAME, _WORDS = 100, 1_000
"""Characters that are kept of a name and of a reason."""


def measure(candidate: Run | Version, settings: Settings) -> Job:
    """Start measuring a candidate against what answers now; its job's result has the gate.

    A run is registered first: it gets a number, and answers nothing with that.

    Raises:
        InputError: It made no bundle, or answers already.
        StudioError: The registry can't be asked, or the system starts no process.
    """
    version = registered(candidate, settings)
    if version.digest == standing.now(settings, wait=True).predictor.bundle.digest:
        raise InputError(f"{version.ref} answers already: there is nothing to hold it against.", "already")
    request = {"version": version.number, "digest": version.digest}
    return runner.start(WORKER, request, settings, QUEUE)


def promote(
    candidate: Run | Version, gate: Gate, by: str, why: str, settings: Settings, override: bool = False
) -> Entry:
    """Let a candidate answer from now on.

    Args:
        candidate: A run, which is registered, or a version.
        gate: What was measured, of this candidate and of what answers now.
        by: Who promotes it.
        why: Their words; an override needs some.
        settings: Where the registry is.
        override: Promote it although not every line is met.

    Returns:
        What history has.

    Raises:
        StudioError: The gate is of another candidate or of another champion than now (code
            ``"gate-stale"``), isn't met (``"gate-missed"``), or the champion was changed meanwhile
            (``"changed"``).
        InputError: A name or a reason is missing.
        BundleError: The candidate can't be loaded, which no override helps.
    """
    who, words = _who(by), why.strip()[:_WORDS]
    if not gate.met and not override:
        raise StudioError(
            f"The gate isn't met: {', '.join(gate.missed)}. Train a better one, or override it.",
            "gate-missed",
        )
    if not gate.met:
        _reason(words, "Promoting a model that doesn't meet its gate")
    version = registered(candidate, settings)
    expect = _champion(settings)
    _fresh(gate, version, settings)
    loaded(version, settings)
    entry = _entry("promoted", version.number, who, words)
    measured = replace(entry, overridden=gate.missed, gate=gate.model_dump(mode="json"))
    return Registry(settings).decide(measured, expect)


def challenge(candidate: Run | Version | None, by: str, why: str, settings: Settings) -> Entry:
    """Let a candidate be tried beside what answers; ``None``: none any more.

    Raises:
        InputError: A name is missing, or it is so already.
        BundleError: It can't be loaded.
        StudioError: The registry can't be asked, or the champion was changed meanwhile.
    """
    who, number = _who(by), ""
    if candidate is not None:
        version = registered(candidate, settings)
        loaded(version, settings)
        number = version.number
    entry = _entry("challenger", number, who, why.strip()[:_WORDS])
    return Registry(settings).decide(entry, _champion(settings))


def rollback(by: str, why: str, settings: Settings) -> Entry:
    """Let the champion before answer again, or the shipped model where there was none.

    Raises:
        InputError: A name or a reason is missing, or there is nothing to go back to.
        BundleError: What it would go back to can't be loaded; what answers now still does.
        StudioError: The registry can't be asked, or the champion was changed meanwhile.
    """
    who, words = _who(by), why.strip()[:_WORDS]
    _reason(words, "Rolling back")
    registry, now = Registry(settings), _champion(settings)
    target = behind(registry.history(), now)
    if target is None:
        raise InputError("The shipped model answers, and nothing did before it.", "nothing-behind")
    if target:
        _loaded_again(registry.version(target), settings)
    return registry.decide(_entry("rolled back", target, who, words), now)


def registered(candidate: Run | Version, settings: Settings) -> Version:
    """A candidate with its number.

    Raises:
        InputError: It is no model of this studio.
        StudioError: The registry can't be asked, or the bundle can't be had.
    """
    version = Registry(settings).register(candidate) if isinstance(candidate, Run) else candidate
    if not version.ours:
        raise InputError(
            f"{version.ref} was registered by another program and is no bundle, so it can't answer here.",
            "no-bundle",
        )
    return version


def loaded(version: Version, settings: Settings) -> Path:
    """A version's bundle, tried out: it is fetched, verified, and gives an answer.

    Raises:
        BundleError: It can't be loaded.
        StudioError: It can't be had.
    """
    folder = Registry(settings).bundle(version)
    shared.predictor(folder, settings.threads)
    return folder


def _loaded_again(version: Version, settings: Settings) -> None:
    try:
        loaded(version, settings)
    except StudioError as error:
        raise BundleError(
            f"It can't be rolled back to {version.ref}: {error.sentence} What answers now goes on doing so; "
            "promote another version instead.",
            error.code,
        ) from error


def _fresh(gate: Gate, version: Version, settings: Settings) -> None:
    now = standing.now(settings, wait=True)
    if gate.candidate != version.digest:
        raise StudioError(
            f"What was measured is of another model than {version.ref}. Measure it.", "gate-stale"
        )
    if now.predictor.bundle.digest == version.digest:
        raise StudioError(
            f"{version.ref} answers already: it was promoted meanwhile. The history says by whom, and why.",
            "changed",
        )
    if gate.champion != now.predictor.bundle.digest:
        raise StudioError(
            f"{version.ref} was measured against {gate.champion_name}, and {now.ref} answers by now. Measure "
            "it again.",
            "gate-stale",
        )


def _champion(settings: Settings) -> str:
    """Number of the version that should answer on this machine; "" for the shipped model."""
    found = places(settings).champion
    return found.version if found else ""


def _entry(deed: Deed, version: str, by: str, why: str) -> Entry:
    return Entry(at=time.time(), deed=deed, version=version, before="", by=by, why=why)


def _who(by: str) -> str:
    who = " ".join(by.split())[:_NAME]
    if not who:
        raise InputError("Say who you are: the history tells who decided what.", "no-name")
    return who


def _reason(why: str, what: str) -> None:
    if len(why) < REASON:
        raise InputError(f"{what} needs a reason of at least {REASON} characters.", "no-reason")
