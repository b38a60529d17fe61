"""Measured figures as sections of a model card, in Markdown: the honest figure first."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from core.evaluation import report

_RANGED: Final = {
    "macro_f1": "macro F1",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
}
_PLAIN: Final = {"auc": "one-vs-rest AUC", "brier": "Brier score"}
_UNKNOWN: Final = "It was never measured on patients that it hadn't seen: nothing is known about these."
WORST: Final = 12
"""Patient blocks that a card lists."""


def accuracy(metrics: Mapping[str, Any]) -> str:
    """Figures on patients that the model never saw, and beside them those of a split that leaks.

    Args:
        metrics: As `core.evaluation.report` lays them out; without an honest split that is said.
    """
    (name, grouped), (_, random) = report.honest(metrics), report.leaking(metrics)
    if not grouped:
        return (
            "## Accuracy\n\nIt was never measured on patients that it hadn't seen, so nothing is known of it."
        )
    several = [one for one in (grouped, random) if one]
    rows = [(words, *(_ranged(one.get(key)) for one in several)) for key, words in _RANGED.items()]
    rows += [(words, *(figure(one.get(key)) for one in several)) for key, words in _PLAIN.items()]
    head = ("", "**patients it never saw**", "random split (leaks)")[: 1 + len(several)]
    leaks = (
        " Beside it the same method on slices dealt at random, which is what most published figures are: it "
        "measures memory and is shown for the gap alone."
        if random
        else ""
    )
    return f"## Accuracy\n\n{_measured(name, grouped)}{_luck(grouped)}{leaks}\n\n{table(head, rows)}"


def per_class(split: Mapping[str, Any]) -> str:
    """Each class's figures and the confusion matrix of a split."""
    rows = [
        (label, f"{one['slices']:,}", *(figure(one[key]) for key in ("precision", "recall", "f1", "auc")))
        for label, one in split["per_class"].items()
    ]
    confusion = [
        (f"**{label}**", *(f"{count:,}" for count in line))
        for label, line in zip(split["labels"], split["confusion"], strict=True)
    ]
    return (
        "By class, on patients it never saw:\n\n"
        + table(("class", "slices", "precision", "recall", "F1", "AUC"), rows)
        + "\n\nTruth down, answer across:\n\n"
        + table(("", *split["labels"]), confusion)
    )


def groups(several: Sequence[Mapping[str, Any]]) -> str:
    """The patient blocks that fared worst.

    Args:
        several: From `core.evaluation.curves.by_group`, the worst first.
    """
    if not several:
        return ""
    rows = [
        (one["group"], one["label"], f"{one['slices']:,}", f"{one['right']:,}", f"{one['truth']:.0%}")
        for one in several[:WORST]
    ]
    wrong = sum(2 * one["right"] < one["slices"] for one in several)
    return (
        f"By patient block: of {len(several)} (counted once for each class in it), {wrong} had most of their "
        "slices answered wrong. The worst:\n\n"
        + table(("block", "class", "slices", "right", "mean probability of the true class"), rows)
    )


def calibration(split: Mapping[str, Any], temperature: float, fitted: str) -> str:
    """How far the probabilities mean what they say.

    Args:
        split: Whose figures.
        temperature: That the logits are divided by.
        fitted: On what, as the end of a sentence.
    """
    rows = [
        (
            f"{one['low']:.0%} to {one['high']:.0%}",
            f"{one['count']:,}",
            f"{one['mean']:.0%}",
            f"{one['accuracy']:.0%}",
        )
        for one in split["reliability"]
        if one["count"]
    ]
    return (
        f"## Calibration\n\nLogits are divided by {temperature:.2f} (temperature, {fitted}). The expected "
        f"calibration error on patients it never saw is {split['ece']:.3f}, and {split['ece_before']:.3f} "
        "without.\n\n" + table(("model probability", "slices", "mean probability", "were right"), rows)
    )


def contrast(found: Mapping[str, Any] | None) -> str:
    """How far a change of contrast moves the answers; "" where it wasn't measured."""
    if not found:
        return ""
    return (
        "## Contrast\n\n"
        "Each held-out slice was also answered as a copy with another contrast (CLAHE, clip 4, 8 x 8 tiles). "
        f"{found['agreement']:.1%} of the pairs get the same class; the probabilities differ by "
        f"{found['total_variation']:.3f} on average (total variation distance, 0 to 1); macro F1 on the "
        f"copies is {figure(found['macro_f1'])}."
    )


def declines(found: Mapping[str, Any] | None) -> str:
    """When the model gives no answer; "" where that wasn't measured."""
    if not found:
        return ""
    unsure, not_ct = found["unsure"], found["not_ct"]
    rows = [
        (name, f"{one['slices']:,}", f"{one['refused']:.1%}", f"{one['refused_by_distance']:.1%}")
        for name, one in not_ct.items()
        if isinstance(one, Mapping)
    ]
    words = (
        "## When it gives no answer\n\n"
        f"- **Unsure**: the top probability is under {unsure['threshold']:.0%}. On held-out patients "
        f"{unsure['answered']:.1%} of the slices get an answer and {unsure['accuracy']:.1%} of these are "
        "right.\n"
        f"- **Not a CT slice**: the features lie further than {not_ct['threshold']:.3f} from the training "
        "slices (mean cosine distance to the nearest five), or the picture itself is none. "
        f"{not_ct['refused']:.1%} of real slices of held-out patients are further.\n"
        "- **Poor image**: too small, blank or clipped."
    )
    elsewhere = "\n\nPictures from elsewhere, by references that left each fold out in turn:\n\n"
    head = ("set", "pictures", "refused", "by distance alone")
    return words + (elsewhere + table(head, rows) if rows else "")


def external(found: Mapping[str, Any] | None) -> str:
    """How it does on slices of other sources; "" where there were none."""
    if not found:
        return ""
    rows = [(name, one["label"], one["slices"], figure(one["recall"])) for name, one in found.items()]
    return (
        "## Other hospitals\n\n"
        "Slices of other sources that all show one class, answered by the final model whether or not it "
        "would have declined; too few to conclude from:\n\n"
        + table(("set", "class", "slices", "recall"), rows)
    )


def limits(classes: int) -> str:
    """What no such model knows.

    Args:
        classes: How many it tells apart.
    """
    return (
        "## Limits\n\n"
        "- One slice at a time, no volume, no clinical context, no contrast phase.\n"
        "- One region's scanners and habits. How it does elsewhere is hardly known.\n"
        f"- {classes} classes, and every slice gets one of them or none: other disease, two findings at once "
        "and other organs are not known to it.\n"
        "- It does not notice that no kidney is in view: such a CT slice may get any of the classes.\n"
        "- A heatmap shows what the answer leaned on, not where a lesion is."
    )


def parameters(params: Mapping[str, Mapping[str, Any]]) -> str:
    """A recipe on one line."""
    return " ".join(
        f"{section}.{name}={value}" for section, fields in params.items() for name, value in fields.items()
    )


def figure(value: Any) -> str:
    """A figure with two digits; a dash where it isn't defined."""
    found = value["value"] if isinstance(value, Mapping) else value
    return "–" if found is None else f"{found:.2f}" if abs(found) < 10 else f"{found:.0f}"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table in Markdown; what would break it is taken out of the cells."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in line) + " |" for line in lines)


def _cell(value: Any) -> str:
    return " ".join(re.sub(r"(?<!\\)\|", r"\\|", str(value)).split())


def _ranged(value: Any) -> str:
    if not isinstance(value, Mapping):
        return figure(value)
    return f"{figure(value)} ({figure(value['low'])} to {figure(value['high'])})"


def _measured(name: str, split: Mapping[str, Any]) -> str:
    what = f"{split['slices']:,} slices of {split['groups']} patient blocks"
    spread = "with 95 % intervals from drawing blocks anew (bootstrap)."
    if name == report.CROSS:
        return (
            f"{split['folds']}-fold cross-validation over patient blocks: {what}, each answered by a model "
            f"that never saw its block; {spread}"
        )
    return f"{what} that were kept apart: nothing of a block tested here was learnt from; {spread}"


def _luck(split: Mapping[str, Any]) -> str:
    """How much hangs on which block is in which fold."""
    several = split.get("dealings") or []
    if len(several) < 2:
        return ""
    return (
        f" Blocks were dealt into folds {len(several)} times, and figures are over all of them, counts their "
        f"means; one dealing alone gave macro F1 {min(several):.2f} to {max(several):.2f}."
    )
