import time
from pathlib import Path

import numpy as np
import pytest

from core.errors import BundleError
from core.models import export, litert
from core.models.bundle import KERAS, LITERT

pytestmark = pytest.mark.tensorflow
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def model() -> object:
    import keras

    keras.utils.set_random_seed(0)
    grey = keras.Input((16, 16, 1))
    features = keras.layers.Conv2D(5, 3, strides=2, activation="relu", name="features")(grey)
    pooled = keras.layers.GlobalAveragePooling2D()(features)
    return keras.Model(grey, keras.layers.Dense(3, name="logits")(pooled))


def test_the_same_model_is_the_same_bytes_and_answers_alike_after(model, tmp_path: Path) -> None:
    import keras

    export.save(model, tmp_path / "first.keras")
    time.sleep(2.1)  # zip stamps have a resolution of two seconds
    export.save(model, tmp_path / "second.keras")
    assert (tmp_path / "first.keras").read_bytes() == (tmp_path / "second.keras").read_bytes()

    squares = RNG.uniform(0, 255, (2, 16, 16, 1)).astype(np.float32)
    again = keras.models.load_model(tmp_path / "first.keras", compile=False)
    np.testing.assert_array_equal(again.predict(squares, verbose=0), model.predict(squares, verbose=0))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.keras", "second.keras"]


def test_one_pass_gives_the_feature_map_and_the_models_own_logits(model, tmp_path: Path) -> None:
    squares = RNG.integers(0, 256, (3, 16, 16)).astype(np.uint8)
    (tmp_path / LITERT).write_bytes(export.export(model, "features"))
    features, logits = litert.runner((tmp_path / LITERT).read_bytes())(squares[0])
    assert features.shape == (7, 7, 5) and logits.shape == (3,)
    assert export.check(model, tmp_path, squares) < export.TOLERANCE


def test_an_export_of_other_weights_is_refused(model, tmp_path: Path) -> None:
    import keras

    squares = RNG.integers(0, 256, (3, 16, 16)).astype(np.uint8)
    (tmp_path / LITERT).write_bytes(export.export(model, "features"))
    export.save(model, tmp_path / KERAS)
    other = keras.models.load_model(tmp_path / KERAS, compile=False)
    other.get_layer("logits").bias.assign_add([0.0, 0.5, 0.0])
    with pytest.raises(BundleError, match=r"off by 0\.5 logits"):
        export.check(other, tmp_path, squares)


def test_large_logits_are_held_to_as_many_digits_not_decimals(model, tmp_path: Path) -> None:
    import keras

    squares = RNG.integers(0, 256, (8, 16, 16)).astype(np.uint8)
    large = keras.models.clone_model(model)
    large.set_weights([*model.get_weights()[:2], *(1000 * one for one in model.get_weights()[2:])])
    (tmp_path / LITERT).write_bytes(export.export(large, "features"))
    answers = large.predict(squares[..., None].astype(np.float32), verbose=0)
    assert np.abs(answers).max() > 10_000
    assert export.check(large, tmp_path, squares) < 1e-4 * np.abs(answers).max()
    large.get_layer("logits").bias.assign_add([0.0, float(np.abs(answers).max() / 1000), 0.0])
    with pytest.raises(BundleError, match="where"):
        export.check(large, tmp_path, squares)
