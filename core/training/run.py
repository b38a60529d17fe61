"""A training's way to the outside: how far it is, what it measured, and where it keeps what it needs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from core.config.params import Params
from core.training.history import Epoch


class Branch(Protocol):
    """One of the trainings that a run consists of: all of it, a fold, a trial, the random split."""

    @property
    def name(self) -> str:
        """``""`` for the run itself, else ``"fold 2"``, ``"random split"``, ``"trial 7"``."""

    @property
    def checkpoint(self) -> Path:
        """A folder of its own, which outlives the process."""

    def progress(self, what: str, share: float) -> None:
        """Take what is being done, a phase and after a colon its detail, and how much of that is done."""

    def facts(self, **facts: object) -> None:
        """Keep what a reader wants now: epoch, epochs, images_per_s, seconds_left, ..."""

    def epoch(self, epoch: Epoch) -> None:
        """Keep what was measured after an epoch."""

    def figures(self, figures: Mapping[str, float], leaks: bool) -> None:
        """Keep what was measured at the end."""


class Run(Protocol):
    """A run."""

    @property
    def folder(self) -> Path:
        """Of the run's own, which outlives the process."""

    def progress(self, what: str, share: float) -> None:
        """As a branch's, of what is done for all of them."""

    def event(self, **fields: Any) -> None:
        """Add a line to what happened."""

    def facts(self, **facts: object) -> None:
        """Keep what a reader wants now."""

    @contextmanager
    def branch(self, name: str, params: Params, *, tags: Mapping[str, str] | None = None) -> Iterator[Branch]:
        """One of its trainings; an empty name is the run itself."""
