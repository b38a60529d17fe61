"""docs/model_card.md, written from a bundle: plain words, the honest figure first."""

from typing import Final

from core.config.settings import settings
from core.evaluation import looks, report, sections
from core.explain.localisation import looked
from core.models.bundle import Bundle

_TEMPERATURE: Final = "fitted on held-out blocks; for these figures each fold's came from the other folds"


def render(bundle: Bundle) -> str:
    """The model card of a bundle, in Markdown.

    Args:
        bundle: With the figures that `core.evaluation.report` documents.
    """
    metrics = bundle.card.metrics
    _, grouped = report.honest(metrics)
    parts = [
        _what(bundle),
        _use(),
        _data(bundle),
        sections.accuracy(metrics),
        sections.per_class(grouped),
        sections.calibration(grouped, bundle.card.temperature, _TEMPERATURE),
        sections.contrast(metrics.get("contrast")),
        sections.declines(metrics.get("declines")),
        sections.external(metrics.get("external")),
        looks.where_it_looks(looked.found(bundle, settings()), looked.TITLES),
        sections.limits(len(bundle.card.labels)),
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


def _again(bundle: Bundle) -> str:
    card = bundle.card
    return (
        "## Building it again\n\n"
        "`make model` with the public zips in the data folder: seeded from start to end.\n\n"
        f"- manifest digest `{card.data['manifest']}`\n"
        f"- code revision `{card.code_revision}`\n"
        f"- built {card.created}\n"
        f"- parameters: `{sections.parameters(card.data['params'])}`"
    )


def _ordinal(number: int) -> str:
    return {1: "single", 2: "second", 3: "third"}.get(number, f"{number}th")
