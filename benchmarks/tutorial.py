"""Against the tutorials' way: load a VGG16 with Keras for every request, then call predict.

Once as the tutorials cut it (no dense layers but the last) and once as Keras builds it.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import measure
from benchmarks.review import whole
from core.config.settings import ROOT, settings
from core.inference.predictor import Predictor
from core.models.bundle import load

AT_LEAST = 100
THEIRS = """
import json, sys, time
import cv2, keras, numpy as np
model = keras.applications.VGG16(weights=None)
if sys.argv[2] == "cut":
    base = keras.applications.VGG16(weights=None, include_top=False, input_shape=(224, 224, 3))
    outputs = keras.layers.Dense(4, activation="softmax")(keras.layers.Flatten()(base.output))
    model = keras.Model(base.input, outputs)
model.save(sys.argv[1] + "/model.keras")
times = []
for _ in range(4):
    start = time.perf_counter()
    model = keras.models.load_model(sys.argv[1] + "/model.keras")
    picture = cv2.resize(cv2.imread(sys.argv[1] + "/inputImage.jpg"), (224, 224))
    np.argmax(model.predict(np.expand_dims(picture, 0), verbose=0), axis=1)
    times.append(1000 * (time.perf_counter() - start))
print(json.dumps(times[1:]))
"""


def theirs(data: bytes, network: str) -> float:
    """Milliseconds a request, TensorFlow imported and warm; weights are random, which costs the same.

    Args:
        data: The picture.
        network: ``"cut"`` as in the tutorials, or ``"whole"``.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "inputImage.jpg").write_bytes(data)
        done = subprocess.run(
            [sys.executable, "-c", THEIRS, folder, network],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
        )
    return measure.median(json.loads(done.stdout.splitlines()[-1]))


def reviews(files: list[bytes], predictor: Predictor) -> list[float]:
    """Milliseconds of each warm review."""
    for data in files[:10]:
        whole(data, predictor)
    return [measure.milliseconds(lambda data=data: whole(data, predictor)) for data in files]


def main() -> None:
    """Measure and print."""
    predictor = Predictor(load(settings().shipped_bundle), settings().threads, interpreters=1)
    files, _ = measure.slices(60)
    times = reviews(files, predictor)
    cut, whole_network = theirs(files[0], "cut"), theirs(files[0], "whole")
    ours = measure.median(times + reviews(files, predictor))
    measure.row(
        "tutorial",
        tutorial_ms=cut,
        whole_vgg16_ms=whole_network,
        review_ms=ours,
        times_faster_than_tutorial=cut / ours,
        times_faster_than_whole_vgg16=whole_network / ours,
        at_least=AT_LEAST,
        met=cut / ours >= AT_LEAST,
    )


if __name__ == "__main__":
    main()
