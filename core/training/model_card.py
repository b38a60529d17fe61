"""docs/model_card.md, written from a bundle: plain words, the honest figure first."""

from collections.abc import Iterable, Sequence
from typing import Any

from core.models.bundle import Bundle


def render(bundle: Bundle) -> str:
    """The model card of a bundle, in Markdown.

    Args:
        bundle: With the figures that `core.evaluation.report` documents.
    """
    parts = [
        _what(bundle),
        _use(),
        _data(bundle),
        _accuracy(bundle),
        _per_class(bundle.card.metrics["grouped_cv"]),
        _calibration(bundle),
        _contrast(bundle.card.metrics.get("contrast")),
        _declines(bundle),
        _external(bundle.card.metrics.get("external")),
        _limits(),
        _again(bundle),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _what(bundle: Bundle) -> str:
    card = bundle.card
    spec = card.preprocess
    return (
        f"# Model card: {card.name}, version {card.version}\n\n"
        "_Written by `make model` from the bundle's own figures; don't edit._\n\n"
        f"Gives one CT slice one of {len(card.labels)} classes ({', '.join(card.labels)}) with a model "
        f"probability "
        "and a heatmap per class, or no answer and the reason. **For research and teaching. Not a medical "
        "device.**\n\n"
        f"The slice is {'cut to the body, ' if spec.crop_body else ''}padded to a square, resized to "
        f"{spec.size} "
        f"pixels and its contrast evened out (CLAHE, clip {spec.clahe_clip:g}). A MobileNetV2 with "
        f"ImageNet weights "
        "gives features from its middle (block 13) and its end; they are averaged and one linear layer, "
        "the only "
        "trained part, reads them. That layer is fitted so that what a change of contrast or position does "
        "to the "
        "features weighs little."
    )


def _use() -> str:
    return (
        "## What it is for\n\n"
        "Trying out how such a model behaves, teaching why data splits matter, and as a baseline to beat. "
        "It is not "
        "for diagnosis, triage or any decision about a patient, and a slice without a finding proves nothing."
    )


def _data(bundle: Bundle) -> str:
    data = bundle.card.data
    counts = ", ".join(f"{label} {count:,}" for label, count in data["classes"].items())
    blocks = ", ".join(f"{label} {count}" for label, count in data["blocks"].items())
    return (
        "## Data, and what is wrong with it\n\n"
        'The public set "CT KIDNEY DATASET: Normal-Cyst-Tumor and Stone" (hospitals in Dhaka): '
        f"{data['slices']:,} slices, of which every {_ordinal(data['every'])} of a series was used: "
        f"{data['used']:,} ({counts}). All figures are on the {data['reported']:,} of these that come "
        "unprocessed; the others exist only as 224-pixel copies with contrast enhancement baked in and "
        f"helped to train. Grouping from the pictures finds {data['series']} series and {data['groups']} "
        "patient blocks; a block's slices stay on one side of a split, processed or not.\n\n"
        "- It has no patient ids. Blocks are inferred from the order of the files and the likeness of "
        "neighbours.\n"
        "- Neighbouring slices are nearly the same picture: a split that ignores this puts a twin of "
        "almost every test slice into training.\n"
        f"- Each class comes from few people; blocks with unprocessed slices: {blocks}. That is why the "
        "intervals are wide.\n"
        "- Labels are one a slice, set by series; who read them, and how, is not documented. All are JPEG "
        "copies in an unknown window.\n"
        "- No reported figure is on a synthetic slice, and none was trained on."
    )


def _accuracy(bundle: Bundle) -> str:
    grouped, random = (bundle.card.metrics[name] for name in ("grouped_cv", "random_cv"))
    rows = [
        (
            words,
            *(
                f"{_figure(one[key])} ({_figure(one[key]['low'])} to {_figure(one[key]['high'])})"
                for one in (grouped, random)
            ),
        )
        for key, words in (
            ("macro_f1", "macro F1"),
            ("accuracy", "accuracy"),
            ("balanced_accuracy", "balanced accuracy"),
        )
    ]
    rows += [
        (words, _figure(grouped[key]), _figure(random[key]))
        for key, words in (("auc", "one-vs-rest AUC"), ("brier", "Brier score"))
    ]
    table = _table(("", "**patients it never saw**", "random split (leaks)"), rows)
    return (
        "## Accuracy\n\n"
        f"{grouped['folds']}-fold cross-validation over patient blocks, {grouped['slices']:,} slices of "
        f"{grouped['groups']} blocks, every slice answered by a head that never saw its block; with 95 % "
        f"intervals from drawing blocks anew (bootstrap). {_luck(grouped)}Beside it the same method on folds "
        "dealt at random, which is what most published figures are: it measures memory and is shown for the "
        "gap alone.\n\n" + table
    )


def _luck(grouped: dict[str, Any]) -> str:
    """How much hangs on which block is in which fold."""
    several = grouped["dealings"]
    if len(several) < 2:
        return ""
    return (
        f"Blocks were dealt into folds {len(several)} times, and figures are over all of them, counts their "
        f"means; one dealing alone gave macro F1 {min(several):.2f} to {max(several):.2f}. "
    )


def _per_class(grouped: dict[str, Any]) -> str:
    rows = [
        (label, f"{one['slices']:,}", *(_figure(one[key]) for key in ("precision", "recall", "f1", "auc")))
        for label, one in grouped["per_class"].items()
    ]
    confusion = [
        (f"**{label}**", *(f"{count:,}" for count in line))
        for label, line in zip(grouped["labels"], grouped["confusion"], strict=True)
    ]
    return (
        "By class, on patients it never saw:\n\n"
        + _table(("class", "slices", "precision", "recall", "F1", "AUC"), rows)
        + "\n\nTruth down, answer across:\n\n"
        + _table(("", *grouped["labels"]), confusion)
    )


def _calibration(bundle: Bundle) -> str:
    grouped = bundle.card.metrics["grouped_cv"]
    rows = [
        (
            f"{one['low']:.0%} to {one['high']:.0%}",
            f"{one['count']:,}",
            f"{one['mean']:.0%}",
            f"{one['accuracy']:.0%}",
        )
        for one in grouped["reliability"]
        if one["count"]
    ]
    return (
        "## Calibration\n\n"
        f"Logits are divided by {bundle.card.temperature:.2f} (temperature, fitted on held-out blocks). "
        f"The expected "
        f"calibration error on patients it never saw is {grouped['ece']:.3f}, and "
        f"{grouped['ece_before']:.3f} without; "
        "for these figures each fold's temperature came from the other folds.\n\n"
        + _table(("model probability", "slices", "mean probability", "were right"), rows)
    )


def _contrast(found: dict[str, Any] | None) -> str:
    if not found:
        return ""
    return (
        "## Contrast\n\n"
        "Each held-out slice was also answered as a copy with another contrast (CLAHE, clip 4, 8 x 8 tiles). "
        f"{found['agreement']:.1%} of the pairs get the same class; the probabilities differ by "
        f"{found['total_variation']:.3f} on average (total variation distance, 0 to 1); macro F1 on the "
        f"copies is "
        f"{_figure(found['macro_f1'])}."
    )


def _declines(bundle: Bundle) -> str:
    unsure, not_ct = (bundle.card.metrics["declines"][name] for name in ("unsure", "not_ct"))
    rows = [
        (name, f"{one['slices']:,}", f"{one['refused']:.1%}", f"{one['refused_by_distance']:.1%}")
        for name, one in not_ct.items()
        if isinstance(one, dict)
    ]
    words = (
        "## When it gives no answer\n\n"
        f"- **Unsure**: the top probability is under {unsure['threshold']:.0%}. On held-out patients "
        f"{unsure['answered']:.1%} of the slices get an answer and {unsure['accuracy']:.1%} of these are "
        f"right.\n"
        f"- **Not a CT slice**: the features lie further than {not_ct['threshold']:.3f} from the training "
        f"slices "
        f"(mean cosine distance to the nearest five), or the picture itself is none. "
        f"{not_ct['refused']:.1%} of real slices of held-out patients are further.\n"
        "- **Poor image**: too small, blank or clipped."
    )
    if not rows:
        return words
    return (
        words
        + "\n\nPictures from elsewhere, by references that left each fold out in turn:\n\n"
        + _table(("set", "pictures", "refused", "by distance alone"), rows)
    )


def _external(found: dict[str, Any] | None) -> str:
    if not found:
        return ""
    rows = [(name, one["label"], one["slices"], _figure(one["recall"])) for name, one in found.items()]
    return (
        "## Other hospitals\n\n"
        "Slices of other sources that all show one class, answered by the final model whether or not it "
        "would have "
        "declined; too few to conclude from:\n\n" + _table(("set", "class", "slices", "recall"), rows)
    )


def _limits() -> str:
    return (
        "## Limits\n\n"
        "- One slice at a time, no volume, no clinical context, no contrast phase.\n"
        "- One region's scanners and habits. How it does elsewhere is hardly known.\n"
        "- Four classes, and every slice gets one of them or none: other disease, two findings at once and "
        "other organs are not known to it.\n"
        "- It does not notice that no kidney is in view: such a CT slice may get any of the classes.\n"
        "- A heatmap shows what the answer leaned on, not where a lesion is."
    )


def _again(bundle: Bundle) -> str:
    card = bundle.card
    return (
        "## Building it again\n\n"
        "`make model` with the public zips in the data folder: seeded from start to end.\n\n"
        f"- manifest digest `{card.data['manifest']}`\n"
        f"- code revision `{card.code_revision}`\n"
        f"- built {card.created}\n"
        f"- parameters: `{_parameters(card.data['params'])}`"
    )


def _parameters(params: dict[str, dict[str, Any]]) -> str:
    return " ".join(
        f"{section}.{name}={value}" for section, fields in params.items() for name, value in fields.items()
    )


def _ordinal(number: int) -> str:
    return {1: "single", 2: "second", 3: "third"}.get(number, f"{number}th")


def _figure(value: Any) -> str:
    found = value["value"] if isinstance(value, dict) else value
    return "–" if found is None else f"{found:.2f}" if abs(found) < 10 else f"{found:.0f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
