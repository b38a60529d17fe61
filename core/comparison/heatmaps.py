"""Where two runs' models look on one slice, live, from the bundles that the runs made."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from core.comparison import bundles
from core.comparison.disagreement import paths
from core.comparison.loading import Details
from core.config.settings import Settings
from core.domain import Heatmap, Prediction, Scan
from core.errors import InputError, StudioError
from core.explain.cam import heatmap
from core.imaging.decode import decode
from core.inference import shared
from core.models.bundle import Card


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one run's model says of a slice now.

    Attributes:
        prediction: Its whole answer.
        label: Its most probable class, answered or declined.
        heatmap: For that class; `core.explain.cam.heatmap` gives those of others.
        bundle: The bundle's folder.
        caution: That another model gave the held-out answer, or that this one has learnt from the
            slice's patient; "" where neither is so.
    """

    prediction: Prediction
    label: str
    heatmap: Heatmap
    bundle: Path
    caution: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Both:
    """A slice as two models see it.

    Attributes:
        scan: The slice.
        first: The first run's model; None where it can't be asked.
        second: The second's.
        troubles: A sentence for each that can't be asked.
    """

    scan: Scan
    first: Look | None
    second: Look | None
    troubles: tuple[str, ...] = ()


def both(slice_: str, first: Details, second: Details, settings: Settings) -> Both:
    """Ask the models of two runs about a slice that both were measured on.

    Args:
        slice_: SHA-256 (hex) of its file.
        first: One run.
        second: The other.
        settings: Where data sets, bundles and runs are.

    Raises:
        InputError: The slice isn't on this machine, or can't be read.
    """
    scan = _scan(slice_, first, second, settings)
    looks: list[Look | None] = []
    troubles = []
    for one in (first, second):
        try:
            looks.append(look(scan, one, settings))
        except StudioError as error:
            looks.append(None)
            troubles.append(f"{one.called}: {error.sentence}")
    return Both(scan, looks[0], looks[1], tuple(troubles))


def look(scan: Scan, one: Details, settings: Settings) -> Look:
    """Ask the model of one run about a slice.

    Raises:
        StudioError: The run made no bundle, it can't be reached, or it is damaged.
    """
    folder = bundles.folder(one.run, settings)
    predictor = shared.predictor(folder, settings.threads)
    prediction = predictor.predict(scan)
    label, _ = prediction.top
    told = _caution(scan.digest, one, predictor.bundle.card)
    return Look(prediction, label, heatmap(prediction, label), folder, told)


def _scan(slice_: str, first: Details, second: Details, settings: Settings) -> Scan:
    path = paths(first, second, settings).get(slice_)
    try:
        data = path.read_bytes() if path else b""
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != slice_:
        raise InputError(
            f"The slice {slice_[:8]} isn't on this machine: its data set is not here, or was changed.",
            "no-slice",
        )
    return decode(data, slice_[:8], settings.limits)[0]


def _caution(slice_: str, one: Details, card: Card) -> str:
    """What this model's heatmap has to do with the answer in the list."""
    held_out = set(card.data.get("held_out") or ())
    answers = one.answered()
    group = next(iter(answers.groups[answers.slices == slice_].tolist()), None) if answers else None
    if group is None:
        return "Whether this model has learnt from this patient isn't known."
    if group not in held_out:
        return (
            "The answer in the list is of a model that never saw this patient. The heatmap is of the model "
            "that was kept, which has learnt from this patient."
        )
    if not one.folded or _k_fold(card):
        return ""
    return "The answer in the list is of a fold's model. The heatmap's model never saw this patient either."


def _k_fold(card: Card) -> bool:
    """Whether the model that was kept is the first fold's own."""
    training = (card.data.get("params") or {}).get("training") or {}
    return training.get("fit") == "epochs" and bool(training.get("k_fold"))
