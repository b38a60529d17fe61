"""Looks a data set over before anything is trained on it. Works from the catalogue; decodes no pixels."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from core.data import catalog, classes, edits
from core.data.catalog import Slice
from core.data.validation import duplicates, report, shift, verdict
from core.data.validation.report import ClassSummary, Flawed, LeftOutFile, Report, SizeCount


def validate(folder: Path) -> Report:
    """Say what a data set holds and what is wrong with it, and keep that as report.json.

    Labels are those after the class rule and a person's edits; excluded slices are only counted.
    The same set gives the same bytes.

    Args:
        folder: The data set's.

    Returns:
        The report; `report.read` gives it again.

    Raises:
        DataError: The set is missing or damaged.
        StorageError: The report can't be written.
    """
    everything = catalog.read(folder)
    found = sorted(edits.labelled(folder), key=lambda one: one[0].path)
    slices, labels = [one for one, _ in found], [label for _, label in found]
    row = {one.path: number for number, one in enumerate(slices)}
    place = [row.get(one.path, -1) for one in everything]
    twins = [
        (place[a], place[b])
        for a, b in catalog.read_looks(folder).twins.tolist()
        if place[a] >= 0 and place[b] >= 0
    ]
    copies = duplicates.find(slices, labels, twins)
    left_out = sorted(catalog.read_left_out(folder), key=lambda one: (one.path, one.sentence))
    known = {name for name in classes.read(folder).values() if name}
    summary = tuple(_class(name, slices, labels) for name in sorted({*known, *labels}))
    shifts = shift.shifts(slices, labels)
    findings = verdict.findings(slices, labels, summary, copies, shifts, left_out)
    made = Report(
        name=folder.name,
        slices=len(slices),
        excluded=len(everything) - len(slices),
        left_out=tuple(LeftOutFile(path=one.path, sentence=one.sentence) for one in left_out),
        flawed=tuple(Flawed(path=one.path, sentence=one.flaw) for one in slices if one.flaw),
        classes=summary,
        sizes=_sizes(slices, labels),
        bits={str(bits): count for bits, count in sorted(Counter(one.bits for one in slices).items())},
        formats=dict(sorted(Counter(one.format for one in slices).items())),
        exact=copies.exact,
        copies=copies.spare,
        near_pairs=copies.near_pairs,
        near=copies.near,
        conflicts=copies.conflicts,
        crossing_pictures=copies.crossing_pictures,
        crossing_exact=copies.crossing_exact,
        crossing_near=copies.crossing_near,
        crossing=copies.crossing,
        imbalance=verdict.imbalance(summary),
        shifts=shifts,
        spreads=shift.spreads(slices, labels),
        findings=findings,
        usable=all(one.level != "problem" for one in findings),
        verdict=verdict.line(findings),
    )
    report.write(folder, made)
    return made


def _class(label: str, slices: Sequence[Slice], labels: Sequence[str]) -> ClassSummary:
    own = [one for one, name in zip(slices, labels, strict=True) if name == label]
    return ClassSummary(
        label=label,
        slices=len(own),
        series=len({one.series for one in own}),
        groups=len({one.group for one in own}),
        sources=dict(sorted(Counter(one.own_split or one.source for one in own).items())),
    )


def _sizes(slices: Sequence[Slice], labels: Sequence[str]) -> tuple[SizeCount, ...]:
    found = Counter((one.width, one.height, label) for one, label in zip(slices, labels, strict=True))
    return tuple(
        SizeCount(width=width, height=height, label=label, slices=count)
        for (width, height, label), count in sorted(found.items())
    )
