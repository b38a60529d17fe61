"""The card of a registered model, from what was logged: as values, and in Markdown."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from core.config.settings import settings
from core.evaluation import looks, report, sections
from core.explain.localisation import looked
from core.literal import literal
from core.models.bundle import Bundle
from core.tracking.registry.values import Entry, Version

USE: Final = (
    "Trying out how such a model behaves, teaching why data splits matter, and as something to compare with. "
    "Not for diagnosis, triage or any decision about a patient; a slice without a finding proves nothing."
)
DRAWN: Final = "synthetic"
"""The data set whose slices are drawn."""
_FOLDS: Final = "fitted on slices of other blocks than those it is measured on"


def facts(
    bundle: Bundle,
    version: Version | None = None,
    history: Sequence[Entry] = (),
    groups: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """All that the card says, fit for JSON.

    Args:
        bundle: The model.
        version: Its place in the registry; None where it has none.
        history: All decisions; those about this version are taken.
        groups: What became of each patient block (`core.evaluation.curves.by_group`), if it was kept.
    """
    card = bundle.card
    return {
        "name": card.name,
        "version": card.version,
        "registered": version.number if version else None,
        "aliases": list(version.aliases) if version else [],
        "run": version.run if version else None,
        "digest": bundle.digest,
        "created": card.created,
        "labels": list(card.labels),
        "backbone": card.backbone,
        "preprocess": card.preprocess.model_dump(mode="json"),
        "temperature": card.temperature,
        "thresholds": card.thresholds.model_dump(mode="json"),
        "intended_use": USE,
        "data": card.data,
        "split": report.honest(card.metrics)[0] or None,
        "metrics": card.metrics,
        "groups": [dict(one) for one in groups],
        "explanations": looked.found(bundle, settings()),
        "decisions": [_decision(one) for one in history if version and one.version == version.number],
        "code_revision": card.code_revision,
    }


def render(told: Mapping[str, Any]) -> str:
    """The card in Markdown.

    Args:
        told: From `facts`.
    """
    metrics = told["metrics"]
    _, honest = report.honest(metrics)
    parts = [
        _what(told),
        f"## What it is for\n\n{told['intended_use']}",
        _data(told["data"]),
        sections.accuracy(metrics),
        sections.per_class(honest) if honest else "",
        sections.groups(told["groups"]),
        sections.calibration(honest, told["temperature"], _FOLDS) if honest else "",
        sections.contrast(metrics.get("contrast")),
        sections.declines(metrics.get("declines")),
        sections.external(metrics.get("external")),
        looks.where_it_looks(told["explanations"], looked.TITLES),
        sections.limits(len(told["labels"])) + _drawn(told["data"]),
        _decisions(told["decisions"]),
        _again(told),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _what(told: Mapping[str, Any]) -> str:
    number = f", registered as v{told['registered']}" if told["registered"] else ""
    aliases = f" ({', '.join(told['aliases'])})" if told["aliases"] else ""
    spec = told["preprocess"]
    return (
        f"# Model card: {literal(told['name'])}, version {literal(told['version'])}\n\n"
        f"_Generated from what was logged{number}{aliases}._\n\n"
        f"Gives one CT slice one of {len(told['labels'])} classes ({', '.join(told['labels'])}) with a model "
        "probability and a heatmap per class, or no answer and the reason. **For research and teaching. Not "
        "a medical device.**\n\n"
        f"The slice is {'cut to the body, ' if spec['crop_body'] else ''}padded to a square and resized to "
        f"{spec['size']} pixels; the backbone is {told['backbone']}."
    )


def _data(data: Mapping[str, Any]) -> str:
    if not data:
        return "## Data\n\nWhat it learnt from was not recorded."
    counts = ", ".join(f"{label} {count:,}" for label, count in data.get("classes", {}).items())
    blocks = ", ".join(f"{label} {count}" for label, count in data.get("blocks", {}).items())
    held = len(data.get("held_out") or ())
    kept = (
        f"{held} of them were kept out of training and tested on."
        if held
        else "None was kept out at the end."
    )
    return (
        "## Data and split\n\n"
        f'The data set "{literal(data.get("name", ""))}": {data.get("slices", 0):,} slices in '
        f"{data.get('series', 0):,} series, of which {data.get('used', 0):,} were used ({counts}). "
        f"They are of {data.get('groups', 0):,} patient blocks, series believed to be one person's, which "
        f"stay on one side of a split; by class: {blocks}. {kept} The manifest's digest is "
        f"`{data.get('manifest', '')}`.\n\n"
        "Few blocks in a class mean wide intervals. Where the set names no patients, blocks were inferred "
        "from the pictures."
    )


def _drawn(data: Mapping[str, Any]) -> str:
    if data.get("name") != DRAWN:
        return ""
    return "\n- It learnt from drawn slices: nothing is known of how it does on real ones."


def _decision(entry: Entry) -> dict[str, Any]:
    return {
        "at": datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="seconds"),
        "deed": entry.deed,
        "before": entry.before or "shipped",
        "by": entry.by,
        "why": entry.why,
        "overridden": list(entry.overridden),
    }


def _decisions(several: Sequence[Mapping[str, Any]]) -> str:
    if not several:
        return ""
    rows = [
        (
            one["at"],
            one["deed"],
            literal(one["by"]),
            literal(one["why"]),
            ", ".join(one["overridden"]) or "none",
        )
        for one in several
    ]
    head = ("when (UTC)", "what", "who", "why", "lines of the gate overridden")
    return "## Decisions about it\n\n" + sections.table(head, rows)


def _again(told: Mapping[str, Any]) -> str:
    lines = [
        f"- bundle digest `{told['digest']}`",
        f"- code revision `{told['code_revision']}`",
        f"- made {told['created']}",
    ]
    lines += [f"- MLflow run `{told['run']}`"] if told["run"] else []
    recipe = told["data"].get("params")
    lines += [f"- parameters: `{sections.parameters(recipe)}`"] if recipe else []
    return "## Making it again\n\n" + "\n".join(lines)
