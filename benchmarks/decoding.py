"""Reading slices as ingest does, against plain `cv2.imread` on the same files, in one thread."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from benchmarks import measure
from core.config.settings import Limits
from core.data import pictures
from core.imaging.preprocess import PreprocessSpec

SLICES, ROUNDS = 1200, 5
RATIO = 0.5


def rate(read: Callable[[Path], object], files: list[Path]) -> float:
    """Slices a second."""

    def everything() -> None:
        for path in files:
            read(path)

    return 1000 * len(files) / measure.milliseconds(everything)


def plainly(data: bytes) -> bool:
    """Whether OpenCV reads it too; among the samples is a DICOM file."""
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) is not None


def main() -> None:
    """Measure and print. The two take turns, so that a busy moment hits both."""
    spec, limits = PreprocessSpec(), Limits()
    found, source = measure.slices(SLICES)
    found = [data for data in found if plainly(data)]
    with tempfile.TemporaryDirectory() as place:
        files = [Path(place) / f"{number:04d}.jpg" for number in range(len(found))]
        for path, data in zip(files, found, strict=True):
            path.write_bytes(data)
        plain, ours = [], []
        for _ in range(ROUNDS):
            plain.append(rate(lambda path: cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), files))
            ours.append(rate(lambda path: pictures.grey(path, spec, limits), files))
    ratio = measure.median([one / other for one, other in zip(ours, plain, strict=True)])
    measure.row(
        "decoding",
        slices=len(files),
        source=source,
        imread_per_second=measure.median(plain),
        ingest_per_second=measure.median(ours),
        ratio=ratio,
        ratio_at_least=RATIO,
        met=ratio >= RATIO,
    )


if __name__ == "__main__":
    main()
