"""A warm review, from bytes to probabilities and four laid heatmaps, against the bare forward pass."""

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from benchmarks import measure
from core.config.settings import Limits, settings
from core.explain import cam, overlay
from core.imaging.decode import decode
from core.imaging.preprocess import model_grey, prepare
from core.inference.batch import Case, review
from core.inference.predictor import Predictor
from core.models.bundle import LITERT, load

SLICES, ROUNDS = 60, 3
RATIO, OVERLAY_MS = 2.5, 8.0


def bare(predictor: Predictor, threads: int) -> Interpreter:
    """The model's export alone."""
    interpreter = Interpreter(model_path=str(predictor.bundle.path / LITERT), num_threads=threads)
    interpreter.allocate_tensors()
    return interpreter


def whole(data: bytes, predictor: Predictor) -> None:
    """What a review does: bytes to probabilities and the laid heatmaps of all classes."""
    for case in review([("slice", data)], predictor, Limits()):
        if isinstance(case, Case):
            cam.heatmaps(case.prediction)


def overlay_times(predictor: Predictor, data: bytes) -> list[float]:
    """Milliseconds from slice and heat to an encoded picture of 512 x 512, many times."""
    import cv2

    scan = decode(data, "slice", Limits())[0]
    heat = cam.heatmap(predictor.predict(scan), predictor.labels[0]).values
    grey = cv2.resize(scan.pixels, (512, 512))
    heat = np.ascontiguousarray(cv2.resize(heat, (512, 512)))
    return [measure.milliseconds(lambda: overlay.encode(overlay.blend(grey, heat))) for _ in range(100)]


def main() -> None:
    """Measure and print."""
    threads = settings().threads
    predictor = Predictor(load(settings().shipped_bundle), threads, interpreters=1)
    interpreter = bare(predictor, threads)
    spec = predictor.bundle.card.preprocess
    index = interpreter.get_input_details()[0]["index"]
    files, source = measure.slices(SLICES)
    forward, reviews, prepared = [], [], []
    for _ in range(ROUNDS):
        for data in files:
            grey = model_grey(decode(data, "slice", Limits())[0], spec)
            prepared.append(measure.milliseconds(lambda grey=grey: prepare(grey, spec)))
            interpreter.set_tensor(index, prepare(grey, spec)[0][None, ..., None].astype(np.float32))
            forward.append(measure.milliseconds(interpreter.invoke))
            reviews.append(measure.milliseconds(lambda data=data: whole(data, predictor)))
    ratio = measure.median(reviews) / measure.median(forward)
    shown = measure.median(overlay_times(predictor, files[0]))
    measure.row(
        "review",
        slices=len(forward),
        source=source,
        input_px=spec.size,
        threads=threads,
        forward_ms=measure.median(forward),
        prepare_ms=measure.median(prepared),
        review_ms=measure.median(reviews),
        ratio=ratio,
        ratio_at_most=RATIO,
        overlay_512_ms=shown,
        overlay_at_most_ms=OVERLAY_MS,
        met=ratio <= RATIO and shown <= OVERLAY_MS,
    )


if __name__ == "__main__":
    main()
