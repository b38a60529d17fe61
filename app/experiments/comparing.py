"""The runs that are held against each other: their letters, what they logged, and what chance may do."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from app import pictures
from app.experiments.colours import Stroke, strokes
from app.experiments.reading import reader
from core.comparison import disagreement, figures, loading
from core.comparison.disagreement import Disagreements
from core.comparison.figures import Verdict
from core.comparison.loading import Details
from core.config.settings import settings
from core.data import manifest
from core.data.pictures import scan
from core.errors import InputError, StudioError
from core.imaging.window import render
from core.inference.reference import named
from core.models.bundle import CARD
from core.tracking.registry.registry import Registry
from core.tracking.registry.values import CHALLENGER, CHAMPION, SHIPPED
from core.tracking.runs.values import Run, flattering, honest_split

LETTERS: Final = "ABCDEF"
LEAST, MOST = 2, len(LETTERS)
MINUS: Final = "\u2212"
NONE: Final = "\u2013"


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of the runs.

    Attributes:
        letter: Short for it; the place among the chosen ones settles which.
        details: The run, with what it logged.
        stroke: How it is drawn.
    """

    letter: str
    details: Details
    stroke: Stroke

    @property
    def run(self) -> Run:
        return self.details.run

    @property
    def judged(self) -> bool:
        """Whether it was measured on patients that it never saw, so far as it says."""
        return bool(self.details.split() or honest_split(self.run))

    @property
    def flatters(self) -> bool:
        """Whether it has figures of a split that leaks."""
        return bool(self.details.split(leaking=True)) or flattering(self.run) is not None

    @property
    def answered(self) -> bool:
        """Whether it logged its answers slice by slice."""
        return self.details.answered() is not None


def sides(runs: Sequence[Run]) -> list[Side]:
    """The first six of some runs, in their order, with what they logged.

    Args:
        runs: The chosen ones.

    Raises:
        AwayError: The place of files can't be reached now.
    """
    kept = runs[:MOST]
    drawn = strokes(kept)
    found = loading.several(kept, reader())
    return [
        Side(letter, one, drawn[one.run.id]) for letter, one in zip(LETTERS[: len(kept)], found, strict=True)
    ]


def verdict(first: Side, second: Side, figure: str) -> Verdict:
    """Whether a figure of the second differs from the first's by more than chance; worked out once.

    Args:
        first: The run that is compared with.
        second: The other one.
        figure: One of `core.comparison.figures.TESTED`.
    """
    if not (first.judged and second.judged):
        which = first if not first.judged else second
        why = f"{which.letter} was not measured on patients that it never saw."
        return Verdict(figure, "can't be told", f"Whether the difference is chance can't be told: {why}")
    stamp = (_size(first), _size(second))
    return _verdict(first.run.id, second.run.id, figure, stamp, first.details, second.details)


@st.cache_data(max_entries=500, show_spinner=False)
def _verdict(
    one: str,  # noqa: ARG001
    other: str,  # noqa: ARG001
    figure: str,
    stamp: tuple[int, int],  # noqa: ARG001
    _first: Details,
    _second: Details,
) -> Verdict:
    return figures.difference(_first, _second, figure)


def _size(side: Side) -> int:
    found = side.details.answered()
    return len(found) if found is not None else 0


def signed(value: float, digits: int = 3) -> str:
    """A difference with its sign, a plain 0 where it rounds to nothing; a dash where it is no number."""
    if not math.isfinite(value):
        return NONE
    shown = f"{value:+.{digits}f}"
    return shown.replace("-", MINUS) if float(shown) else "0"


def plain(value: float, digits: int = 3) -> str:
    """A figure; counts as whole numbers, a dash where it is no number."""
    if not math.isfinite(value):
        return NONE
    return f"{value:,.{digits}f}".replace("-", MINUS)


def disagreements(first: Side, second: Side) -> Disagreements:
    """The slices that two runs answer differently; worked out once.

    Args:
        first: One run.
        second: The other.
    """
    stamp = (_size(first), _size(second))
    return _disagreements(first.run.id, second.run.id, stamp, first.details, second.details)


@st.cache_resource(max_entries=6, show_spinner=False)
def _disagreements(
    one: str,  # noqa: ARG001
    other: str,  # noqa: ARG001
    stamp: tuple[int, int],  # noqa: ARG001
    _first: Details,
    _second: Details,
) -> Disagreements:
    return disagreement.between(_first, _second)


def files(first: Side, second: Side) -> Mapping[str, Path]:
    """Where slices of both runs' data sets lie on this machine, by SHA-256; empty where none is here.

    Args:
        first: One run.
        second: The other.
    """
    here = settings()
    names = tuple(dict.fromkeys((first.run.dataset, second.run.dataset)))
    stamps = tuple(_changed(here.var / "data" / name / manifest.FILE) for name in names)
    return _files(str(here.var), names, stamps, first.details, second.details)


@st.cache_resource(max_entries=4, show_spinner=False)
def _files(
    var: str,  # noqa: ARG001
    names: tuple[str, ...],  # noqa: ARG001
    stamps: tuple[int, ...],  # noqa: ARG001
    _first: Details,
    _second: Details,
) -> Mapping[str, Path]:
    return disagreement.paths(_first, _second, settings())


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except (OSError, ValueError):
        return 0


def thumbnail(path: Path) -> str:
    """A slice as a data URI; empty where it can't be read any more.

    Args:
        path: Its file.
    """
    return _thumbnail(str(path), _changed(path))


@st.cache_data(max_entries=600, show_spinner=False)
def _thumbnail(path: str, stamp: int) -> str:  # noqa: ARG001
    try:
        return pictures.thumbnail_uri(render(scan(Path(path), settings().limits)))
    except (InputError, OSError):
        return ""


def reference(run: Run, bundle: Path) -> str:
    """What Review's address calls the model of a run; empty where it has no name for it.

    Args:
        run: The run.
        bundle: The folder of the model that it made.
    """
    words = [run.job or "", CHAMPION, CHALLENGER, SHIPPED, _below_models(bundle)]
    known = next((word for word in words if word and _is(word, bundle)), "")
    return known or _registered(run.bundle or "")


def _below_models(bundle: Path) -> str:
    models, place = (settings().var / "models").resolve(), bundle.resolve()
    return place.relative_to(models).as_posix() if place.is_relative_to(models) else ""


def _is(word: str, bundle: Path) -> bool:
    """Whether a name stands for the same bundle, by its card."""
    try:
        found = named(word, settings()) / CARD
        return found.read_bytes() == (bundle / CARD).read_bytes()
    except (StudioError, OSError):
        return False


def _registered(digest: str) -> str:
    """The number that a bundle has in the registry; empty where it has none."""
    try:
        return Registry(settings()).version(digest).ref if digest else ""
    except StudioError:
        return ""
