"""A candidate measured against what answers now: all lines of the gate, in the order they are read."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from core.config.settings import Settings
from core.domain import Scan
from core.errors import BundleError, DataError
from core.inference.predictor import Predictor
from core.inference.standing import Standing
from core.models.bundle import Bundle, load
from core.promotion import asking, common, comparing, ground, latency, trying
from core.promotion.both import Both
from core.promotion.gate import Check, Gate
from core.promotion.ground import Ground

Tell = Callable[[str, float], None]
Parity = Callable[[Bundle, Sequence[Scan]], Check]
_TRIED: Final = 0.02
"""Shares of the time that have gone by when these begin: the samples, asking both, timing both, Keras."""
_ASKING: Final = 0.05
_TIMING: Final = 0.70
_KERAS: Final = 0.78


def measure(folder: Path, standing: Standing, settings: Settings, parity: Parity, tell: Tell) -> Gate:
    """Measure a candidate.

    Args:
        folder: Its bundle's, named after the bundle's digest where that can't be read.
        standing: What answers now.
        settings: Where data sets and samples lie.
        parity: Holds its export against its Keras model; given, for that needs TensorFlow.
        tell: Told how far it is.

    Raises:
        BundleError: What answers now gives something that is no number.
    """
    tell("loading the candidate", 0.0)
    try:
        bundle = load(folder)
        candidate = Predictor(bundle, settings.threads, interpreters=1)
    except BundleError as error:
        return _gate(folder.name, standing, Ground(), None, [trying.damaged(error)])
    given = trying.scans(settings)
    tell("answering the samples", _TRIED)
    lines = [trying.loads(bundle), trying.samples(candidate, given)]
    if not lines[-1].met:
        return _gate(bundle.digest, standing, Ground(), None, lines)
    found, both, compared = _compared(candidate, standing.predictor, settings, _part(tell, _ASKING, _TIMING))
    shares = (_TIMING, _KERAS) if both and not found.logged else (_ASKING, _ASKING + _KERAS - _TIMING)
    timed = latency.check(candidate, standing.predictor, given, _part(tell, *shares))
    tell("holding Keras against LiteRT", shares[1])
    rest = [timed, trying.size(bundle), parity(bundle, given), trying.measured(bundle)]
    return _gate(bundle.digest, standing, found, both, [*lines, *compared, *rest])


def _compared(
    candidate: Predictor, champion: Predictor, settings: Settings, tell: Tell
) -> tuple[Ground, Both | None, list[Check]]:
    found = ground.find(candidate.bundle, champion.bundle, settings)
    both = None
    if not found.reason:
        try:
            both = asking.ask(found, champion, candidate, settings, tell)
        except DataError as error:
            found = Ground(reason=error.sentence)
    if not both and set(candidate.labels) == set(champion.labels):
        tell("reading what both answered about held-out patients", 0.0)
        found, both = common.find(candidate.bundle, champion.bundle, settings, found.reason)
    return found, both, comparing.checks(both, found)


def _gate(
    candidate: str, standing: Standing, found: Ground, both: Both | None, checks: Sequence[Check]
) -> Gate:
    return Gate(
        candidate=candidate,
        champion=standing.predictor.bundle.digest,
        champion_name=f"v{standing.version}" if standing.version else standing.alias,
        at=time.time(),
        dataset=found.dataset,
        slices=both.slices if both else 0,
        groups=both.blocks if both else 0,
        logged=bool(found.logged),
        checks=tuple(checks),
    )


def _part(tell: Tell, low: float, high: float) -> Tell:
    return lambda what, share: tell(what, low + (high - low) * share)
