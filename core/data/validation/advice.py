"""Findings about copies and shortcuts: what makes a score look better than the model is."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from core.data.catalog import Slice
from core.data.validation import shift
from core.data.validation.duplicates import Copies
from core.data.validation.report import ClassSummary, Duplicates, Finding, Level, Shift

_EXAMPLES = 12


def on_copies(copies: Copies) -> Iterator[Finding]:
    """What slices that show the same picture mean.

    Args:
        copies: As found.
    """
    yield from _conflicts(copies)
    yield from _crossing(copies)
    yield from _copies(copies)


def on_shortcuts(
    slices: Sequence[Slice],
    labels: Sequence[str],
    classes: Sequence[ClassSummary],
    shifts: Sequence[Shift],
) -> Iterator[Finding]:
    """Which classes a model could tell without learning what they look like.

    Args:
        slices: N of them.
        labels: Their classes.
        classes: Per class, empty ones too.
        shifts: Classes that one number tells.
    """
    yield from _shifted(shifts)
    yield from _few_blocks(slices, labels, classes)


def _conflicts(copies: Copies) -> Iterator[Finding]:
    if copies.conflicts:
        count, first = len(copies.conflicts), copies.conflicts[0]
        shown = dict(zip(first.labels, first.paths, strict=True))
        named = " and ".join(
            f"{PurePosixPath(path).name} in {label}" for label, path in sorted(shown.items())
        )
        yield finding(
            "warning",
            "conflict",
            f"{counted(count, 'picture')} {'is' if count == 1 else 'are'} in several classes at once, such "
            f"as {named}. One label of each must be wrong: compare, then relabel or exclude.",
            _paths(copies.conflicts),
        )


def _crossing(copies: Copies) -> Iterator[Finding]:
    if copies.crossing_near:
        pictures = counted(copies.crossing_pictures, "picture")
        equal = f"{pictures} in {counted(copies.crossing_exact, 'file')}"
        yield finding(
            "warning",
            "crossing",
            f"The source's own splits share slices: {equal} byte for byte, and with near-equal ones "
            f"{counted(copies.crossing_near, 'file')}. A score on these splits is too good; use the split "
            "by patient.",
            _paths(copies.crossing),
        )


def _copies(copies: Copies) -> Iterator[Finding]:
    if copies.exact:
        yield finding(
            "note",
            "exact",
            f"{counted(len(copies.exact), 'picture')} lie here several times, byte for byte: "
            f"{counted(copies.spare, 'file')} too many. A split by patient keeps them together.",
            _paths(copies.exact),
        )
    if copies.near:
        yield finding(
            "note",
            "near",
            f"{counted(copies.near_pairs, 'pair')} of slices are almost the same picture, in "
            f"{counted(copies.near_sets, 'set')}. A split by patient keeps them together.",
            _paths(copies.near),
        )


def _shifted(shifts: Sequence[Shift]) -> Iterator[Finding]:
    for label in dict.fromkeys(one.label for one in shifts):
        told = ", or ".join(
            f"{shift.NAMES[one.what]} ({100 * one.balanced_accuracy:.0f} %)"
            for one in shifts
            if one.label == label
        )
        yield finding(
            "warning",
            "shift",
            f"{label} can be told from the rest by one threshold on {told}, tested on patients that it was "
            f"not chosen on; 50 % is chance. A model may learn that instead of the disease: get {label} and "
            "the rest from the same scanners.",
        )


def _few_blocks(
    slices: Sequence[Slice], labels: Sequence[str], classes: Sequence[ClassSummary]
) -> Iterator[Finding]:
    full = [one for one in classes if one.slices > 1]
    few = [one for one in full if one.groups < shift.FEWEST_BLOCKS and len(full) > 1]
    for one in few:
        inside = np.asarray([label == one.label for label in labels], bool)
        yield finding(
            "warning",
            "few-patients",
            f"{one.label} seems to be of {counted(one.groups, 'patient')} only: no split can show how a "
            f"model does on others.{_told_inside(slices, inside, one.label)} Add patients.",
        )


def _told_inside(slices: Sequence[Slice], inside: NDArray[np.bool_], label: str) -> str:
    """What tells a class on the very slices it was chosen on, where there is no other way to ask."""
    found = {what: shift.inside(values, inside) for what, values in shift.numbers(slices).items()}
    best = max(found, key=lambda what: found[what])
    if found[best] < shift.BOUND:
        return ""
    return (
        f" Its {shift.NAMES[best]} alone tells {label} from the rest here ({100 * found[best]:.0f} %), but "
        "that may be the patients and not the class."
    )


def finding(level: Level, code: str, sentence: str, paths: Sequence[str] = ()) -> Finding:
    """One finding, with examples of the slices it is about."""
    return Finding(level=level, code=code, sentence=sentence, paths=tuple(paths[:_EXAMPLES]))


def _paths(sets: Sequence[Duplicates]) -> list[str]:
    return list(chain.from_iterable(one.paths for one in sets[:_EXAMPLES]))


def counted(number: int, one: str) -> str:
    """``1 slice``, ``1,200 slices``."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"
