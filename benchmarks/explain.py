"""Every method's time per slice, against the forward pass and tf-keras-vis called plainly; the pool's memory.

Plainly is as its own examples do: an explainer made anew for every map, with the model cloned.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from benchmarks import measure
from core.config.settings import Limits, settings
from core.domain import Placement
from core.explain import cam
from core.explain.asking import explain
from core.explain.gradient.network import KerasNetwork
from core.explain.gradient.vis import COPIES, MASKS, NOISE
from core.explain.methods import METHODS
from core.explain.network import LiteRtNetwork
from core.explain.pool.pool import Pool
from core.explain.pool.works import Work
from core.explain.values import Ask, Square, Target
from core.imaging.decode import decode
from core.imaging.preprocess import model_grey, prepare
from core.inference.predictor import Predictor
from core.models.bundle import Bundle, load

SLICES, FIRST_MAP_MS = 5, 50.0
SLOWEST: Final = 600.0
"""Seconds that a map in the pool may take before measuring is given up."""
PLAIN: Final[Mapping[str, tuple[str, dict[str, Any]]]] = MappingProxyType(
    {
        "grad-cam": ("gradcam:Gradcam", {}),
        "grad-cam++": ("gradcam_plus_plus:GradcamPlusPlus", {}),
        "layer-cam": ("layercam:Layercam", {}),
        "score-cam": ("scorecam:Scorecam", {"max_N": MASKS}),
        "saliency": ("saliency:Saliency", {}),
        "smooth-grad": ("saliency:Saliency", {"smooth_samples": COPIES, "smooth_noise": NOISE}),
    }
)
"""The same methods as the library's own examples call them."""


def plain(network: KerasNetwork, key: str, square: Square) -> None:
    """One map of the first class by tf-keras-vis alone."""
    at, options = PLAIN[key]
    module, _, name = at.partition(":")
    linear = import_module("tf_keras_vis.utils.model_modifiers").ReplaceToLinear()
    score = import_module("tf_keras_vis.utils.scores").CategoricalScore([0])
    if "cam" in key:
        layer = network.bundle.card.layer
        options = {**options, "penultimate_layer": layer, "seek_penultimate_conv_layer": False}
    explainer = getattr(import_module(f"tf_keras_vis.{module}"), name)
    explainer(network.model, model_modifier=linear, clone=True)(
        score, square[None, ..., None].astype(np.float32), **options
    )


def times(squares: list[Square], work: Callable[[Square], Any]) -> float:
    """Median milliseconds of a square, the first one not counted: it loads and traces."""
    found = [measure.milliseconds(partial(work, square)) for square in squares]
    return measure.median(found[1:])


def ours(network: Any, key: str, squares: list[Square]) -> tuple[float, int]:
    """Milliseconds of a map, and how often the model was run for it."""
    place = Placement(0, 0, *([len(squares[0])] * 3))
    ask, before = Ask(key, Target(network.bundle.card.labels[0])), network.passes
    took = times(squares, lambda square: explain(network, square, place, ask, _nobody_watches))
    return took, round((network.passes - before) / len(squares))


def compared(bundle: Bundle, squares: list[Square], threads: int) -> tuple[float, list[dict[str, Any]]]:
    """The forward pass's milliseconds, and a row for each method."""
    lite, keras = LiteRtNetwork(bundle, threads), KerasNetwork(bundle)
    forward = times(squares, lambda square: lite.logits(square[None]))
    rows = []
    for key, method in METHODS.items():
        took, passes = ours(keras if method.needs == "gradient" else lite, key, squares)
        theirs = times(squares, partial(plain, keras, key)) if key in PLAIN else 0.0
        rows.append(
            {
                "method": method.title,
                "by": "Keras" if method.needs == "gradient" else "LiteRT",
                "passes": passes,
                "ms a slice": round(took, 1),
                "forward passes' time": round(took / forward, 1),
                "tf-keras-vis plainly, ms": round(theirs, 1) if theirs else "",
                "times faster": round(theirs / took, 1) if theirs else "",
            }
        )
    return forward, rows


def _nobody_watches(_: float) -> None:
    """Progress that isn't shown."""


def first_map(bundle: Bundle, files: list[bytes], threads: int) -> float:
    """Median milliseconds from an answer to the answered class's map, laid on the slice."""
    predictor = Predictor(bundle, threads, interpreters=1)
    found = []
    for data in files:
        answer = predictor.predict(decode(data, "slice", Limits())[0])
        label = answer.labels[int(np.argmax([part.max() for part in answer.maps]))]
        found.append(measure.milliseconds(partial(cam.heatmap, answer, label)))
    return measure.median(found)


def memory(bundle: Bundle, square: Square) -> dict[str, float]:
    """MB that the pool's process has after its start, a map by LiteRT, and one by TensorFlow."""
    pool, found = Pool(settings()), {}
    place = Placement(0, 0, *([len(square)] * 3))
    try:
        # a method that there isn't is refused before any model is loaded
        for name, key in (
            ("start", "none"),
            ("litert", "occlusion"),
            ("tensorflow", "grad-cam"),
        ):
            ask = Ask(key, Target(bundle.card.labels[0]))
            arguments = {"square": square, "placement": place, "ask": ask}
            task = pool.submit(Work("explain", bundle.path, bundle.digest, arguments))
            if not task.wait(SLOWEST) or (task.error and key != "none"):
                raise SystemExit(f"the pool drew no {key}: {task.state}, {task.error}")
            found[f"pool_after_{name}_mb"] = resident_mb(pool.pid)
    finally:
        pool.stop()
    return found


def resident_mb(pid: int | None) -> float:
    """Resident memory of a process now."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Measure and print."""
    bundle, threads = load(settings().shipped_bundle), settings().threads
    spec = bundle.card.preprocess
    files, source = measure.slices(SLICES + 1)
    squares = [prepare(model_grey(decode(data, "slice", Limits())[0], spec), spec)[0] for data in files]
    pool = memory(bundle, squares[0])
    first = first_map(bundle, files, threads)
    forward, rows = compared(bundle, squares, threads)
    slower = [row["method"] for row in rows if row["times faster"] != "" and row["times faster"] < 1]
    measure.row(
        "explain",
        slices=SLICES,
        source=source,
        input_px=spec.size,
        threads=threads,
        forward_ms=forward,
        first_map_ms=first,
        first_map_at_most_ms=FIRST_MAP_MS,
        **pool,
        slower_than_plainly=", ".join(slower) or "none",
        met=first <= FIRST_MAP_MS and not slower,
        table=rows,
    )


if __name__ == "__main__":
    main()
