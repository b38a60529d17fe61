"""What the Models view knows: registered versions, decisions, candidates, and what was measured of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st

from app import resources
from core.config.settings import Settings, settings
from core.errors import BundleError, StudioError
from core.inference.places import places
from core.jobs import records
from core.jobs.job import Job
from core.promotion.behind import behind
from core.promotion.gate import WORKER, Gate, parse
from core.tracking.registry.registry import Registry
from core.tracking.registry.values import Entry, Version
from core.tracking.runs.values import Run

FRESH_S: Final = 3.0
"""What the registry said is asked for again after this; what is decided here is seen at once."""
_WHO: Final = "r-who"


@dataclass(frozen=True, slots=True)
class Registered:
    """What the registry says.

    Attributes:
        versions: Newest first.
        history: Newest first.
    """

    versions: Sequence[Version]
    history: Sequence[Entry]

    def number(self, own: str) -> Version | None:
        """A version by its number."""
        return next((one for one in self.versions if one.number == own), None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that could answer.

    Attributes:
        key: What the address calls it: v2, or the beginning of its run's id.
        title: For a person; its run's or bundle's name may hold anything.
        digest: Of its bundle.
        model: What it can be measured and promoted by.
        run: Where it is one of the chosen runs.
    """

    key: str
    title: str
    digest: str
    model: Run | Version
    run: Run | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """How far a candidate's gate is.

    Attributes:
        state: "stale" was measured against another champion than now.
        job: The last one.
        gate: Where it was measured.
    """

    state: Literal["never", "running", "failed", "stale", "fresh"]
    job: Job | None = None
    gate: Gate | None = None


def registered() -> Registered:
    """What the registry says, at most `FRESH_S` old.

    Raises:
        StudioError: It can't be asked.
    """
    return _registered(settings(), str(places(settings())))


def forget() -> None:
    """Ask the registry again: something was decided here."""
    _registered.clear()


@st.cache_resource(ttl=FRESH_S, max_entries=4, show_spinner=False,
                   hash_funcs={Settings: lambda one: f"{one.var} {one.model_name}"})  # fmt: skip
def _registered(here: Settings, state: str) -> Registered:  # noqa: ARG001
    registry = Registry(here)
    return Registered(registry.versions(), registry.history())


def candidates(runs: Sequence[Run], known: Registered) -> list[Candidate]:
    """The chosen runs that made a bundle, in their order, then the other versions.

    Args:
        runs: The chosen ones.
        known: What is registered; a run's bundle that is goes by its number.
    """
    made = {run.bundle: run for run in reversed(runs) if run.bundle and not run.archived}
    numbers = {version.digest: version for version in reversed(known.versions) if version.ours}
    ours = [_candidate(run, numbers.get(digest)) for digest, run in reversed(made.items())]
    rest = [one for digest, one in reversed(numbers.items()) if digest not in made]
    return [*ours, *(Candidate(one.ref, _named(one), one.digest, one) for one in rest)]


def _candidate(run: Run, version: Version | None) -> Candidate:
    if version:
        return Candidate(version.ref, f"{version.ref}: {run.name}", version.digest, version, run)
    return Candidate(run.short, run.name, run.bundle or "", run, run)


def _named(version: Version) -> str:
    return f"{version.ref}: {version.name} {version.bundle}".strip(": ")


def measured(digest: str) -> Measured:
    """How far the gate of a bundle is, by its newest measurement."""
    jobs = [one for one in gates() if one.request.get("digest") == digest]
    if not jobs:
        return Measured("never")
    job = jobs[-1]
    if not job.finished:
        return Measured("running", job)
    try:
        gate = parse(job.result.get("gate"))
    except StudioError:
        return Measured("failed", job)
    return Measured("fresh" if gate.champion == answers() else "stale", job, gate)


def gates() -> list[Job]:
    """Every measurement, oldest first."""
    return sorted(
        (one for one in records.listing(settings()) if one.worker == WORKER), key=lambda one: one.id
    )


def running() -> list[Job]:
    """Measurements that go on."""
    return [one for one in gates() if not one.finished]


def answers() -> str:
    """The digest of what answers now; empty where nothing can."""
    try:
        return resources.standing().predictor.bundle.digest
    except BundleError:
        return ""


def champion() -> str:
    """Number of the version that should answer; empty for the shipped model."""
    found = places(settings()).champion
    return found.version if found else ""


def goes_back_to(known: Registered) -> str | None:
    """Number of the version that a rollback goes to, "" the shipped model; None where nothing was before."""
    return behind(known.history, champion())


def who() -> str:
    """The name that was given last in this session."""
    return str(st.session_state.get(_WHO, ""))


def remember(name: str) -> None:
    """Keep a name for this session."""
    st.session_state[_WHO] = name
