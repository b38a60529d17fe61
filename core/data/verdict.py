"""What a data set's figures mean for a person who wants to train on it: findings, and one line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from core.data import shift
from core.data.catalog import LeftOut, Slice
from core.data.duplicates import Copies
from core.data.report import ClassSummary, Duplicates, Finding, Level, Shift

MOST_IMBALANCE = 5.0
"""The public sets are between 1.3 and 3.7; beyond 5, accuracy mostly tells how common a class is."""
_EXAMPLES = 12
_ORDER: Sequence[Level] = ("problem", "warning", "note")
_REASONS = {
    "no-slices": "no slices",
    "one-class": "one class only",
    "one-slice": "a class of one slice",
    "no-ct": "no CT slice among them",
}


def findings(
    slices: Sequence[Slice],
    labels: Sequence[str],
    classes: Sequence[ClassSummary],
    copies: Copies,
    shifts: Sequence[Shift],
    left_out: Sequence[LeftOut],
) -> tuple[Finding, ...]:
    """What a person should know, the worst first.

    Args:
        slices: N of them.
        labels: Their classes.
        classes: Per class, empty ones too.
        copies: Slices that show the same picture.
        shifts: Classes that one number tells.
        left_out: Files that are no part of the set.
    """
    found = [
        *_counts(classes),
        *_pictures(slices, left_out),
        *_conflicts(copies),
        *_crossing(copies),
        *_shifted(shifts),
        *_few_blocks(slices, labels, classes),
        *_copies(copies),
        *_mixed(slices),
    ]
    return tuple(sorted(found, key=lambda one: _ORDER.index(one.level)))


def imbalance(classes: Sequence[ClassSummary]) -> float:
    """The largest class over the smallest that is not empty; 1 without classes."""
    counts = [one.slices for one in classes if one.slices]
    return round(max(counts) / min(counts), 2) if counts else 1.0


def line(found: Sequence[Finding]) -> str:
    """The verdict: ``usable``, ``usable: 2 warnings`` or ``not usable: one class only``."""
    problems = [_REASONS[one.code] for one in found if one.level == "problem"]
    if problems:
        return f"not usable: {', '.join(dict.fromkeys(problems))}"
    warnings = sum(one.level == "warning" for one in found)
    return f"usable: {_counted(warnings, 'warning')}" if warnings else "usable"


def _counts(classes: Sequence[ClassSummary]) -> Iterator[Finding]:
    full = [one for one in classes if one.slices]
    if not full:
        yield _finding(
            "problem",
            "no-slices",
            "No slice is left in this set. Include some again, or mend its class rule.",
        )
        return
    if len(full) == 1:
        yield _finding(
            "problem",
            "one-class",
            f"All slices are {full[0].label}, and a model needs at least two classes to tell apart. "
            "Add slices of another class, or mend the class rule.",
        )
    for one in classes:
        if not one.slices:
            yield _finding(
                "warning",
                "empty-class",
                f"{one.label} has no slice left. Include some again, or take it out of the class rule.",
            )
        if one.slices == 1 and len(full) > 1:
            yield _finding(
                "problem",
                "one-slice",
                f"{one.label} has one slice, which can't be both trained on and tested on. Add slices, or "
                "leave this class out in the class rule.",
            )
    if imbalance(classes) > MOST_IMBALANCE:
        least, most = min(full, key=lambda one: one.slices), max(full, key=lambda one: one.slices)
        yield _finding(
            "warning",
            "imbalance",
            f"{most.label} has {imbalance(classes):.1f} times as many slices as {least.label} "
            f"({most.slices:,} and {least.slices:,}). Add {least.label}, and read balanced accuracy and "
            "recall by class, not accuracy.",
        )


def _pictures(slices: Sequence[Slice], left_out: Sequence[LeftOut]) -> Iterator[Finding]:
    flawed = [one.path for one in slices if one.flaw]
    if flawed and len(flawed) == len(slices):
        yield _finding(
            "problem",
            "no-ct",
            "Not one of these pictures looks like a usable CT slice. Check that this is the right set.",
            flawed,
        )
    elif flawed:
        yield _finding(
            "warning",
            "not-ct",
            f"{_counted(len(flawed), 'picture')} may be no usable CT slice. Look, and exclude what is none.",
            flawed,
        )
    if left_out:
        yield _finding(
            "warning",
            "left-out",
            f"{_counted(len(left_out), 'file')} could not be used. The first, {left_out[0].path}: "
            f"{left_out[0].sentence}",
            [one.path for one in left_out],
        )


def _conflicts(copies: Copies) -> Iterator[Finding]:
    if copies.conflicts:
        count, first = len(copies.conflicts), copies.conflicts[0]
        shown = dict(zip(first.labels, first.paths, strict=True))
        named = " and ".join(
            f"{PurePosixPath(path).name} in {label}" for label, path in sorted(shown.items())
        )
        yield _finding(
            "warning",
            "conflict",
            f"{_counted(count, 'picture')} {'is' if count == 1 else 'are'} in several classes at once, such "
            f"as {named}. One label of each must be wrong: compare, then relabel or exclude.",
            _paths(copies.conflicts),
        )


def _crossing(copies: Copies) -> Iterator[Finding]:
    if copies.crossing_near:
        pictures = _counted(copies.crossing_pictures, "picture")
        equal = f"{pictures} in {_counted(copies.crossing_exact, 'file')}"
        yield _finding(
            "warning",
            "crossing",
            f"The source's own splits share slices: {equal} byte for byte, and with near-equal ones "
            f"{_counted(copies.crossing_near, 'file')}. A score on these splits is too good; use the split "
            "by patient.",
            _paths(copies.crossing),
        )


def _shifted(shifts: Sequence[Shift]) -> Iterator[Finding]:
    for label in dict.fromkeys(one.label for one in shifts):
        told = ", or ".join(
            f"{shift.NAMES[one.what]} ({one.balanced_accuracy:.0%})" for one in shifts if one.label == label
        )
        yield _finding(
            "warning",
            "shift",
            f"{label} can be told from the rest by one threshold on {told}, tested on patients that it was "
            f"not chosen on; 50% is chance. A model may learn that instead of the disease: get {label} and "
            "the rest from the same scanners.",
        )


def _few_blocks(
    slices: Sequence[Slice], labels: Sequence[str], classes: Sequence[ClassSummary]
) -> Iterator[Finding]:
    full = [one for one in classes if one.slices > 1]
    few = [one for one in full if one.groups < shift.FEWEST_BLOCKS and len(full) > 1]
    for one in few:
        inside = np.asarray([label == one.label for label in labels], bool)
        yield _finding(
            "warning",
            "few-patients",
            f"{one.label} seems to be of {_counted(one.groups, 'patient')} only: no split can show how a "
            f"model does on others.{_told_inside(slices, inside, one.label)} Add patients.",
        )


def _told_inside(slices: Sequence[Slice], inside: NDArray[np.bool_], label: str) -> str:
    """What tells a class on the very slices it was chosen on, where there is no other way to ask."""
    found = {what: shift.inside(values, inside) for what, values in shift.numbers(slices).items()}
    best = max(found, key=lambda what: found[what])
    if found[best] < shift.BOUND:
        return ""
    return (
        f" Its {shift.NAMES[best]} alone tells {label} from the rest here ({found[best]:.0%}), but that may "
        "be the patients and not the class."
    )


def _copies(copies: Copies) -> Iterator[Finding]:
    if copies.exact:
        yield _finding(
            "note",
            "exact",
            f"{_counted(len(copies.exact), 'picture')} lie here several times, byte for byte: "
            f"{_counted(copies.spare, 'file')} too many. A split by patient keeps them together.",
            _paths(copies.exact),
        )
    if copies.near:
        yield _finding(
            "note",
            "near",
            f"{_counted(copies.near_pairs, 'pair')} of slices are almost the same picture, in "
            f"{_counted(copies.near_sets, 'set')}. A split by patient keeps them together.",
            _paths(copies.near),
        )


def _mixed(slices: Sequence[Slice]) -> Iterator[Finding]:
    for code, what, found in (
        ("mixed-bits", "bit depths", Counter(f"{one.bits} bits" for one in slices)),
        ("mixed-formats", "file formats", Counter(one.format for one in slices)),
    ):
        if len(found) > 1:
            told = ", ".join(f"{count:,} of {name}" for name, count in sorted(found.items()))
            yield _finding("note", code, f"The slices come in several {what}: {told}.")


def _finding(level: Level, code: str, sentence: str, paths: Sequence[str] = ()) -> Finding:
    return Finding(level=level, code=code, sentence=sentence, paths=tuple(paths[:_EXAMPLES]))


def _paths(sets: Sequence[Duplicates]) -> list[str]:
    return list(chain.from_iterable(one.paths for one in sets[:_EXAMPLES]))


def _counted(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"
