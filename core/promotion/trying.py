"""The gate's lines about a candidate alone: it loads, answers, is small, and was measured honestly."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.config.settings import MB, Settings
from core.domain import Scan
from core.errors import BundleError, InputError
from core.evaluation import report
from core.imaging.decode import decode
from core.inference.predictor import Predictor
from core.models.bundle import CARD, KERAS, LITERT, REFERENCE, Bundle
from core.promotion.gate import SPLITS, Check

MOST_BYTES: Final = 256 * MB
"""Every machine that answers fetches it and keeps its export in memory: the largest backbone here, with
Keras's own weights beside the export, has 190 MB; twice the next."""
_SUM: Final = 1e-6


def loads(bundle: Bundle) -> Check:
    """The line of a bundle that was loaded."""
    return Check(
        name="loads", title="Loads", met=True, limit="every file as sealed",
        figure=f"digest {bundle.digest[:12]}",
        sentence="Every file is the one it was sealed with, and its parts fit each other.",
    )  # fmt: skip


def damaged(error: BundleError) -> Check:
    """The line of a bundle that can't be loaded."""
    return Check(
        name="loads", title="Loads", met=False, limit="every file as sealed", sentence=error.sentence
    )


def scans(settings: Settings) -> list[Scan]:
    """The shipped samples' slices; those that can't be read are left out."""
    found = []
    for path in sorted(settings.samples.glob("synthetic-*")):
        if not path.stem.endswith("-mask"):
            found += _decoded(path, settings)
    return found


def _decoded(path: Path, settings: Settings) -> list[Scan]:
    try:
        return decode(path.read_bytes(), path.name, settings.limits)
    except (InputError, OSError):
        return []


def samples(predictor: Predictor, given: Sequence[Scan]) -> Check:
    """Every shipped sample gets probabilities that sum to 1; each may be declined."""
    title, limit = "Answers the samples", "all of them"
    try:
        found = [predictor.predict(one) for one in given]
    except BundleError as error:
        return Check(name="samples", title=title, met=False, limit=limit, sentence=error.sentence)
    if not found:
        return Check(
            name="samples", title=title, met=None, limit=limit,
            sentence="There are no slices in assets/samples. Restore them with `python -m core samples`.",
        )  # fmt: skip
    right = sum(abs(sum(one.probabilities) - 1.0) <= _SUM for one in found)
    declined = sum(one.declined for one in found)
    return Check(
        name="samples", title=title, met=right == len(found), figure=f"{right} of {len(found)}", limit=limit,
        sentence=f"{right} of {len(found)} drawn slices got probabilities that sum to 1; {declined} of them "
        "were declined, which is an answer too.",
    )  # fmt: skip


def size(bundle: Bundle) -> Check:
    """A bundle's files together."""
    weighs = sum((bundle.path / name).stat().st_size for name in (CARD, KERAS, LITERT, REFERENCE))
    return Check(
        name="size", title="Small enough", met=weighs <= MOST_BYTES,
        figure=f"{weighs / MB:.1f} MB", limit=f"at most {MOST_BYTES // MB} MB",
        sentence=f"All its files together are {weighs / MB:.1f} MB; {LITERT} of it is held in memory.",
    )  # fmt: skip


def measured(bundle: Bundle) -> Check:
    """It has figures of its own on patients it never saw."""
    title, limit = "Measured without leaks", "whole patient blocks held out"
    split, found = report.honest(bundle.card.metrics)
    if not split or found.get("leaks"):
        some = split or report.leaking(bundle.card.metrics)[0]
        only = "All its figures are of a split that leaks" if some else "It comes without figures"
        return Check(
            name="leaks", title=title, met=False, limit=limit,
            sentence=f"{only}, so nothing says how it reads new patients. Train it with a grouped split.",
        )  # fmt: skip
    score, groups = found["macro_f1"], found["groups"]
    return Check(
        name="leaks", title=title, met=True, limit=limit,
        figure=f"macro F1 {score['value']:.3f} ({score['low']:.3f} to {score['high']:.3f})",
        sentence=f"Its own figures are from {SPLITS[split]}, on {found['slices']:,} slices of {groups:,} "
        "patient blocks that it never saw.",
    )  # fmt: skip
