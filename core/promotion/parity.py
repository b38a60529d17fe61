"""The gate's line about the export: Keras and LiteRT give the same logits. TensorFlow is loaded here."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.config.logs import incident
from core.domain import Scan
from core.errors import BundleError
from core.imaging.preprocess import model_grey, prepare
from core.models import export
from core.models.bundle import KERAS, Bundle
from core.models.starting import load
from core.promotion.gate import Check

SLICES = 6


def check(bundle: Bundle, given: Sequence[Scan]) -> Check:
    """Hold a bundle's export against its Keras model on drawn slices and a made-up gradient.

    Args:
        bundle: A verified bundle.
        given: Slices to take some of.
    """
    limit = f"{export.TOLERANCE:g} of a logit"
    try:
        worst = export.check(load(bundle.path), bundle.path, _squares(bundle, given))
    except BundleError as error:
        return _line(False, limit, "", error.sentence)
    except (ValueError, TypeError, KeyError, AttributeError, OSError, RuntimeError) as error:
        # what Keras raises for a file it can't make a model of depends on what is wrong with it
        number = incident(error, "loading a candidate's Keras model")
        return _line(
            False, limit, "", f"{KERAS} can't be loaded (error {number} in the job's log). Train again."
        )
    return _line(
        True, limit, f"{worst:.1g}",
        f"Keras and LiteRT differ by {worst:.1g} of a logit at most, on drawn slices.",
    )  # fmt: skip


def _line(met: bool, limit: str, figure: str, sentence: str) -> Check:
    return Check(name="parity", title="Export agrees", met=met, figure=figure, limit=limit, sentence=sentence)


def _squares(bundle: Bundle, given: Sequence[Scan]) -> NDArray[np.uint8]:
    """(N, S, S): some slices as the model sees them, and a gradient."""
    spec = bundle.card.preprocess
    gradient = np.tile(np.linspace(0, 255, spec.size).astype(np.uint8), (spec.size, 1))
    some = [prepare(model_grey(one, spec), spec)[0] for one in given[:: max(1, len(given) // SLICES)]]
    return np.stack([gradient, *some])
