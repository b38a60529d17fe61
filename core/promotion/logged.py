"""What a model's recipe answered about held-out patients while it was measured, kept with its run.

A model that ships, or is kept, often learns from every patient of a set in the end. Its answers about
them are then no test, but those that its figures were taken on still are.
"""

import gzip
import zlib
from pathlib import Path
from typing import Final

import numpy as np

from core.config.settings import Settings
from core.errors import DataError, InputError, StudioError
from core.evaluation import answers, metrics, report
from core.evaluation.answers import Answers
from core.jobs import records
from core.models.bundle import Bundle
from core.tracking import store

_ROUNDED: Final = 1e-3
"""By which the figure of answers may differ from the card's: both were rounded."""
_MOST: Final = 64 * 1024 * 1024


def held_out(bundle: Bundle, settings: Settings) -> tuple[str, Answers]:
    """The answers that the model's own figure was taken on.

    They are looked for beside the bundle's files, with the job that made it, and in its run in MLflow.

    Args:
        bundle: The model.
        settings: Where jobs and runs are.

    Returns:
        The split, ``grouped_cv`` or ``grouped_test``, and its answers.

    Raises:
        DataError: There are none, they can't be had now, or they are another model's; a clause
            without its subject.
    """
    split = report.honest(bundle.card.metrics)[0]
    text = _beside(bundle) or _of_job(bundle, settings) or _of_run(bundle, settings)
    if not text:
        raise DataError("logged no answers slice by slice", "no-answers")
    try:
        found = answers.parse(text).get(split)
    except DataError as error:
        raise DataError("has answers that can't be read", error.code) from None
    if found is None or not len(found):
        raise DataError("logged no answers about patients held out", "no-answers")
    if not _is_of(bundle, split, found):
        raise DataError("comes with answers that aren't those of its figures", "other-answers")
    return split, found


def _is_of(bundle: Bundle, split: str, found: Answers) -> bool:
    """Whether the card's figures are those of the answers: what else says that they belong together?"""
    told = bundle.card.metrics[split]
    if set(found.labels) != set(bundle.card.labels) or len(found) != told["slices"] * found.times:
        return False
    macro_f1 = metrics.macro_f1(metrics.confusion(found.truth, found.given, len(found.labels)))
    return bool(np.isclose(macro_f1, told["macro_f1"]["value"], rtol=0.0, atol=_ROUNDED))


def _beside(bundle: Bundle) -> str:
    try:
        return gzip.decompress((bundle.path / answers.PACKED).read_bytes()).decode("utf-8")
    except (OSError, EOFError, ValueError, zlib.error):
        return ""


def _of_job(bundle: Bundle, settings: Settings) -> str:
    """Of the job on this machine that made it, which the bundle's version names."""
    try:
        return _read(records.folder(bundle.card.version, settings) / answers.FILE)
    except InputError:
        return ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _of_run(bundle: Bundle, settings: Settings) -> str:
    if not store.there(settings):
        return ""
    # both come with MLflow, and most answers are on this machine
    from core.tracking.registry.registry import Registry
    from core.tracking.runs.reader import Reader

    try:
        run = Registry(settings).version(bundle.digest).run
        return Reader(settings).content(run, answers.FILE, _MOST).decode("utf-8")
    except (InputError, ValueError):
        return ""
    except StudioError as error:
        raise DataError(f"has answers that can't be had now ({error.sentence})", error.code) from None
