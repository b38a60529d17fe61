"""Which model answers now: the champion, or the shipped model where there is none that can be used.

Loading a new champion takes a moment. Until it is ready the one before goes on answering, for a short
time at most; whoever holds a predictor keeps it, so no request is answered by two models.
"""

import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import Final

from core.config.logs import incident
from core.config.settings import Settings
from core.errors import BundleError
from core.inference import shared
from core.inference.places import places
from core.inference.predictor import Predictor
from core.tracking.registry.in_use import Place
from core.tracking.registry.values import CHAMPION, SHIPPED

PATIENCE: Final = 2.0
"""Seconds after a decision in which the model before may still answer while the new one is loaded."""
RETRY: Final = 10.0
"""Seconds after which what failed for no fault of the files is tried again."""
NEXT: Final = (
    "The shipped model answers instead. Restore the champion on Experiments, Models, or roll back there."
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """What answers.

    Attributes:
        predictor: Whom to ask.
        alias: ``"champion"`` or ``"shipped"``.
        version: The champion's number in the registry; empty for the shipped model.
        trouble: Why the champion doesn't answer, and what to do; empty where it does or there is none.
    """

    predictor: Predictor
    alias: str
    version: str = ""
    trouble: str = ""

    @property
    def ref(self) -> str:
        """What it is called: ``"champion v3"`` or ``"shipped"``."""
        return f"{self.alias} v{self.version}" if self.version else self.alias


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What should answer, and the state of the files that it would be made of."""

    champion: Place | None
    trouble: str
    stamps: tuple[shared.Stamp, ...]
    since: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Outcome:
    wanted: _Wanted
    made: Standing | BundleError
    until: float = inf


def now(settings: Settings, wait: bool = False) -> Standing:
    """What answers now; microseconds, unless a decision was taken or files have changed.

    Args:
        settings: Where the models lie.
        wait: Wait for a new champion; otherwise the model before may answer for some `PATIENCE`.

    Raises:
        BundleError: Neither a champion nor the shipped model can be used.
    """
    return _seat(settings).now(wait)


@lru_cache(maxsize=2)
def _seat(settings: Settings) -> "_Seat":
    return _Seat(settings)


class _Seat:
    """The place of the model that answers; one thread at a time prepares another."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._held: _Outcome | None = None
        self._coming: tuple[_Wanted, Future[_Outcome]] | None = None

    def now(self, wait: bool) -> Standing:
        wanted = self._wanted()
        with self._lock:
            held = self._held
            if held and held.wanted == wanted and time.monotonic() < held.until:
                return _given(held)
            coming = self._prepare(wanted)
        young = 0 <= time.time() - wanted.since < PATIENCE
        if held and isinstance(held.made, Standing) and young and not wait and not coming.done():
            return held.made
        return _given(coming.result())

    def _wanted(self) -> _Wanted:
        found = places(self._settings)
        champion = found.champion
        folders = [Path(champion.folder)] if champion else []
        stamps = tuple(shared.stamp(folder) for folder in (*folders, self._settings.shipped_bundle))
        return _Wanted(champion, found.trouble, stamps, found.since)

    def _prepare(self, wanted: _Wanted) -> Future[_Outcome]:
        if self._coming is None or self._coming[0] != wanted:
            future: Future[_Outcome] = Future()
            self._coming = (wanted, future)
            threading.Thread(
                target=self._work, args=(wanted, future), name="loading a model", daemon=True
            ).start()
        return self._coming[1]

    def _work(self, wanted: _Wanted, future: Future[_Outcome]) -> None:
        try:
            outcome = _outcome(wanted, self._settings)
        except BaseException as error:
            # whoever waits for it has to hear of it, and the next one tries again
            self._arrived(future, None)
            future.set_exception(error)
        else:
            self._arrived(future, outcome)
            future.set_result(outcome)

    def _arrived(self, future: Future[_Outcome], outcome: _Outcome | None) -> None:
        with self._lock:
            if self._coming and self._coming[1] is future:
                self._held, self._coming = outcome or self._held, None


def _given(outcome: _Outcome) -> Standing:
    if isinstance(outcome.made, BundleError):
        raise BundleError(outcome.made.sentence, outcome.made.code)
    return outcome.made


def _outcome(wanted: _Wanted, settings: Settings) -> _Outcome:
    """The champion where it can be used; the shipped model otherwise, with the reason."""
    trouble, until = wanted.trouble and f"{wanted.trouble} The shipped model answers instead.", inf
    if wanted.champion:
        try:
            predictor = _champion(wanted.champion, settings.threads)
            return _Outcome(wanted, Standing(predictor, CHAMPION, wanted.champion.version))
        except BundleError as error:
            trouble = _trouble(wanted.champion, error.sentence)
        except Exception as error:
            said = f"It can't be loaded (error {incident(error, 'loading the champion')} in the log)."
            trouble, until = _trouble(wanted.champion, said), time.monotonic() + RETRY
        _log.warning("champion v%s can't be used, the shipped model answers", wanted.champion.version)
    try:
        predictor = shared.predictor(settings.shipped_bundle, settings.threads)
        return _Outcome(wanted, Standing(predictor, SHIPPED, "", trouble), until)
    except BundleError as error:
        told = BundleError(f"{trouble} {error.sentence}".strip(), error.code)
        return _Outcome(wanted, told, until)


def _champion(place: Place, threads: int) -> Predictor:
    found = shared.predictor(Path(place.folder), threads)
    if found.bundle.digest != place.digest:
        raise BundleError("Its files are those of another model than was registered.", "bundle-damaged")
    return found


def _trouble(place: Place, sentence: str) -> str:
    # a registered bundle's folder is named after its digest, which tells a person nothing, and what to
    # do with a bundle of one's own isn't what to do with this one
    plain = sentence.replace(f'"{Path(place.folder).name}"', f'"v{place.version}"').partition(" Restore it")[
        0
    ]
    return f"The champion v{place.version} can't be used. {plain} {NEXT}"
