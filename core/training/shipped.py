"""The model that ships: `make model`, from the public zips to assets/model and its card."""

import gzip
from pathlib import Path

from core.config.params import Params, Split
from core.config.settings import ROOT, Settings
from core.data import sets
from core.data.ingest import Progress, ingest
from core.errors import DataError
from core.evaluation import answers, report
from core.models.bundle import Bundle
from core.storage import writing
from core.training.made import Made
from core.training.model_card import render
from core.training.regression import run as regression
from core.training.task import Task

NAME = "kidney-4"
VERSION = "1"
SOURCES = ("kidney-ct.zip", "kidney-ct-clahe224.zip")
NOT_CT, ELSEWHERE = "not-kidney-ct", "localised-ct"
STRANGERS = (NOT_CT, ELSEWHERE, "dicom-ct")
KNOWN = {ELSEWHERE: {"tumor-axial": "Tumor", "stone-coronal": "Stone"}}
CARD = ROOT / "docs" / "model_card.md"
_DIGITS = 4
"""Of a probability in the shipped answers: enough for every figure, and a file that can be shipped."""


def build(
    settings: Settings, params: Params, out: Path, progress: Progress, document: Path | None = CARD
) -> Bundle:
    """Ingest, group, split, train, calibrate, measure, export, and write answers and the model card.

    The final head sees every block: its honest figures are those of the cross-validation, whose
    heads each left a fold out. What they answered lies beside the bundle's files, for another model
    that learns from the same patients can be held against nothing else. It comes after the bundle, so
    that a kill leaves the bundle with its own answers or with none.

    Args:
        settings: Where the zips lie and caches go.
        params: The recipe; starting weights come from torchvision's wheel, the head is a regression, and
            nothing is held out.
        out: The bundle's folder.
        progress: Told what is being done and how far it is.
        document: Where the model card goes; None writes none.

    Raises:
        StudioError: Data or weights are missing.
    """
    chosen = params.model_copy(
        update={
            "model": params.model.model_copy(update={"start": "torchvision"}),
            "split": params.split.model_copy(update={"hold_out": False}),
            "training": params.training.model_copy(update={"fit": "regression"}),
        }
    )
    task = Task(
        name=NAME,
        version=VERSION,
        data=_data(settings, chosen.split, progress),
        out=out,
        strangers={name: _zip(settings, f"{name}.zip") for name in STRANGERS},
        external=KNOWN,
    )
    made = regression.run(task, chosen, settings, progress)
    keep_answers(made)
    if document:
        document.parent.mkdir(parents=True, exist_ok=True)
        document.write_text(render(made.bundle), encoding="utf-8")
    return made.bundle


def keep_answers(made: Made) -> Path:
    """Write what was answered about held-out patients beside a bundle's files, which stay as sealed.

    Raises:
        StorageError: The disk is full or can't be written to.
    """
    path = made.bundle.path / answers.PACKED
    held = {split: one for split, one in made.answers.items() if split in report.HONEST}
    part = path.with_name(f".{path.name}.part")
    with writing(path.parent):
        # without a time in it: the same answers are the same file
        part.write_bytes(gzip.compress(answers.render(held, _DIGITS).encode(), mtime=0))
        part.replace(path)
    return path


def _data(settings: Settings, dealt: Split, progress: Progress) -> Path:
    """The data set, ingested anew, so that it is read and grouped by the code as it is now."""
    if NAME in sets.names(settings):
        sets.remove(NAME, settings)
    return ingest([_zip(settings, name) for name in SOURCES], NAME, settings, progress, dealt=dealt)


def _zip(settings: Settings, name: str) -> Path:
    path = settings.shared_data / name
    if not path.is_file():
        raise DataError(
            f"{name} is not in {settings.shared_data}. Put it there, or name another folder with "
            f"KCS_SHARED_DATA.",
            "data-missing",
        )
    return path
