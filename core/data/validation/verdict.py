"""What a data set's figures mean for a person who wants to train on it: findings, and one line."""

from collections import Counter
from collections.abc import Iterator, Sequence

from core.data.catalog import LeftOut, Slice
from core.data.validation.advice import counted, finding, on_copies, on_shortcuts
from core.data.validation.duplicates import Copies
from core.data.validation.report import ClassSummary, Finding, Level, Shift

MOST_IMBALANCE = 5.0
"""The public sets are between 1.3 and 3.7; beyond 5, accuracy mostly tells how common a class is."""
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
        *on_copies(copies),
        *on_shortcuts(slices, labels, classes, shifts),
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
    return f"usable: {counted(warnings, 'warning')}" if warnings else "usable"


def _counts(classes: Sequence[ClassSummary]) -> Iterator[Finding]:
    full = [one for one in classes if one.slices]
    if not full:
        yield finding(
            "problem",
            "no-slices",
            "No slice is left in this set. Include some again, or mend its class rule.",
        )
        return
    if len(full) == 1:
        yield finding(
            "problem",
            "one-class",
            f"All slices are {full[0].label}, and a model needs at least two classes to tell apart. "
            "Add slices of another class, or mend the class rule.",
        )
    for one in classes:
        if not one.slices:
            yield finding(
                "warning",
                "empty-class",
                f"{one.label} has no slice left. Include some again, or take it out of the class rule.",
            )
        if one.slices == 1 and len(full) > 1:
            yield finding(
                "problem",
                "one-slice",
                f"{one.label} has one slice, which can't be both trained on and tested on. Add slices, or "
                "leave this class out in the class rule.",
            )
    if imbalance(classes) > MOST_IMBALANCE:
        least, most = min(full, key=lambda one: one.slices), max(full, key=lambda one: one.slices)
        yield finding(
            "warning",
            "imbalance",
            f"{most.label} has {imbalance(classes):.1f} times as many slices as {least.label} "
            f"({most.slices:,} and {least.slices:,}). Add {least.label}, and read balanced accuracy and "
            "recall by class, not accuracy.",
        )


def _pictures(slices: Sequence[Slice], left_out: Sequence[LeftOut]) -> Iterator[Finding]:
    flawed = [one.path for one in slices if one.flaw]
    if flawed and len(flawed) == len(slices):
        yield finding(
            "problem",
            "no-ct",
            "Not one of these pictures looks like a usable CT slice. Check that this is the right set.",
            flawed,
        )
    elif flawed:
        yield finding(
            "warning",
            "not-ct",
            f"{counted(len(flawed), 'picture')} may be no usable CT slice. Look, and exclude what is none.",
            flawed,
        )
    if left_out:
        yield finding(
            "warning",
            "left-out",
            f"{counted(len(left_out), 'file')} could not be used. The first, {left_out[0].path}: "
            f"{left_out[0].sentence}",
            [one.path for one in left_out],
        )


def _mixed(slices: Sequence[Slice]) -> Iterator[Finding]:
    for code, what, found in (
        ("mixed-bits", "bit depths", Counter(f"{one.bits} bits" for one in slices)),
        ("mixed-formats", "file formats", Counter(one.format for one in slices)),
    ):
        if len(found) > 1:
            told = ", ".join(f"{count:,} of {name}" for name, count in sorted(found.items()))
            yield finding("note", code, f"The slices come in several {what}: {told}.")
