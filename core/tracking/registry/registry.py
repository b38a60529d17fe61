"""Registered bundles: which has which number, which one answers, and who decided that."""

from pathlib import Path
from typing import Final
from uuid import uuid4

from core.config.settings import Settings
from core.storage import write_text, writing
from core.tracking.registry import cut_off, deciding, history, placing, registering, settling, versions
from core.tracking.registry.finding import meant
from core.tracking.registry.in_use import shelf
from core.tracking.registry.locking import locked
from core.tracking.registry.values import CHALLENGER, CHAMPION, Alias, Entry, Version
from core.tracking.runs.values import Run

_LOCK, _MACHINE = ".lock", ".machine"
_WAIT_S = 60.0
_BUSY: Final = "Somebody else is registering or promoting a model here. Try again in a minute."


class Registry:
    """The one registered model of this app. One for a process; any thread may use it.

    Args:
        settings: Where the registry and the shelf are.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def versions(self) -> list[Version]:
        """Every version, newest first, also those that other programs registered.

        Raises:
            AwayError: The registry can't be asked now; the same for all methods.
            StudioError: There is none where runs are, or it refuses; the same for all methods.
        """
        return versions.listing(self._settings, versions.model(self._settings))

    def version(self, ref: str) -> Version:
        """A version by its number, with or without a v, its alias, or its digest's beginning.

        Raises:
            InputError: There is none, or several begin so.
        """
        return meant(ref, self.versions())

    def champion(self) -> Version | None:
        """The version that answers; None where it is the shipped model."""
        return self._at(CHAMPION)

    def challenger(self) -> Version | None:
        """The version that is tried beside the champion; None where there is none."""
        return self._at(CHALLENGER)

    def history(self) -> list[Entry]:
        """Every decision that took effect, newest first."""
        model = versions.model(self._settings)
        found = history.lines(model.tags)
        return history.entries(found, versions.listing(self._settings, model)) if found else []

    def register(self, run: Run) -> Version:
        """Make a version of the bundle that a run made; the same one however often it is asked for.

        Raises:
            InputError: The run goes on, is archived or made no bundle.
            StudioError: The bundle's files can't be had.
            StorageError: The disk is full or can't be written to.
        """
        digest = registering.fetched(run, self._settings)
        with locked(self._place / _LOCK, _WAIT_S, _BUSY):
            return registering.registered(run, digest, self._settings)

    def bundle(self, version: Version) -> Path:
        """A version's bundle on this machine, verified; fetched where it isn't there or is damaged.

        Raises:
            StudioError: It has none, or its files can't be had.
            StorageError: The disk is full or can't be written to.
        """
        return placing.fetched(version, self._settings)

    def restore(self, version: Version) -> Path:
        """Fetch a version's bundle again and put it in the place of the one that is here, in one step.

        Raises:
            StudioError: As `bundle`.
        """
        return placing.fetched(version, self._settings, again=True)

    def decide(self, entry: Entry, expect: str) -> Entry:
        """Let another version answer or challenge, and write down who wants that and why.

        Args:
            entry: The decision; version "" is the shipped model, or no challenger.
            expect: Number of the version that the person took for the champion; "" for the shipped model.

        Returns:
            The entry as history has it.

        Raises:
            StudioError: The champion is another one by now, code ``"changed"``; who did that is said.
            InputError: There is no such version, or it is so already.
            StorageError: The disk is full or can't be written to.
        """
        if entry.version:
            # a download is long: nobody waits for it
            self.bundle(self.version(entry.version))
        with locked(self._place / _LOCK, _WAIT_S, _BUSY):
            return deciding.decided(entry, expect, self._machine(), self._settings)

    def follow(self) -> bool:
        """Make this machine answer with what MLflow's aliases say.

        Returns:
            Whether anything had to be changed.

        Raises:
            StudioError: A bundle can't be had. What answered before still does, and the rest is done.
        """
        model = versions.model(self._settings)
        if not settling.unsettled(model, self._machine(), self._settings):
            if cut_off.seen(self._settings):
                cut_off.end(self._settings)
            return False
        # before anybody has to wait for it
        ready = placing.ready(model, self._settings)
        with locked(self._place / _LOCK, _WAIT_S, _BUSY):
            now, found, changed = settling.settled(self._settings, self._machine())
            replaced, trouble = placing.placed(now, found, ready, self._settings)
            if trouble:
                raise trouble
            cut_off.end(self._settings)
        return replaced or changed

    @property
    def _place(self) -> Path:
        return shelf(self._settings)

    def _at(self, alias: Alias) -> Version | None:
        model = versions.model(self._settings)
        number = model.at(alias)
        return versions.one(number, self._settings, model) if number else None

    def _machine(self) -> str:
        """This machine, as open entries name it; the same for all that share the shelf."""
        path = self._place / _MACHINE
        try:
            if found := path.read_text(encoding="ascii").strip():
                return found
        except (OSError, ValueError):
            with writing(self._place):
                self._place.mkdir(parents=True, exist_ok=True)
        write_text(path, uuid4().hex)
        return path.read_text(encoding="ascii").strip()
