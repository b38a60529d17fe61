"""Many files in, one case after the other out; a bad file costs only itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from types import MappingProxyType

from core.config.settings import Limits
from core.domain import Prediction, Scan
from core.errors import InputError
from core.imaging import intake
from core.imaging.intake import Refused
from core.inference.predictor import Predictor


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A slice and its answer."""

    scan: Scan
    prediction: Prediction


def review(
    files: Iterable[tuple[str, bytes]], predictor: Predictor, limits: Limits
) -> Iterator[Case | Refused]:
    """Decode and answer, lazily and in the order given.

    Args:
        files: Names, for the screen, and bytes; zips and multi-frame files give several cases.
        predictor: Whom to ask.
        limits: Caps on what is taken in.

    Yields:
        A case per slice, its times with ``decode`` added, or why a file could not be read.

    Raises:
        BundleError: The model can't answer at all.
    """
    slices = iter(intake.slices(files, limits))
    while True:
        start = perf_counter()
        item = next(slices, None)
        if item is None:
            return
        if isinstance(item, Refused):
            yield item
        else:
            yield _answer(item, predictor, 1000.0 * (perf_counter() - start))


def _answer(scan: Scan, predictor: Predictor, decoding: float) -> Case | Refused:
    try:
        prediction = predictor.predict(scan)
    except InputError as error:
        return Refused(scan.name, error.code, error.sentence)
    times = {"decode": decoding, **prediction.milliseconds}
    times["total"] += decoding
    return Case(scan, replace(prediction, milliseconds=MappingProxyType(times)))
