"""Answers of the tiny bundle, whose numbers Keras has said before."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.domain import Window
from core.errors import BundleError
from core.explain.cam import heatmaps
from core.inference.predictor import Predictor
from core.models.bundle import CARD, LITERT, REFERENCE, Bundle, Thresholds, load, write_card
from tests.support.scans import body, grey, hu


def with_thresholds(bundle: Bundle, **changed: float) -> Predictor:
    thresholds = bundle.card.thresholds.model_dump() | changed
    card = bundle.card.model_copy(update={"thresholds": Thresholds(**thresholds)})
    return Predictor(replace(bundle, card=card), threads=1, interpreters=1)


def resealed(path: Path) -> Bundle:
    """The bundle at a path with its digests made right again."""
    import json

    from core.models.bundle import Card

    return write_card(path, Card.model_validate(json.loads((path / CARD).read_bytes())))


def test_it_answers_what_keras_answers(predictor: Predictor, expected: dict[str, np.ndarray]) -> None:
    for square, logits, features in zip(
        expected["pictures"], expected["logits"], expected["features"], strict=True
    ):
        ours, maps = predictor._engine.forward(square)
        np.testing.assert_allclose(ours, logits, atol=1e-3)
        np.testing.assert_allclose(maps, features, atol=1e-3)


def test_probabilities_are_the_softmax_of_logits_over_the_temperature(predictor: Predictor) -> None:
    answer = predictor.predict(grey(body()))
    assert sum(answer.probabilities) == pytest.approx(1.0, abs=1e-12)
    logits = answer.maps.sum(axis=(1, 2)) + predictor._bias
    powers = np.exp(logits / predictor.bundle.card.temperature)
    np.testing.assert_allclose(answer.probabilities, powers / powers.sum(), atol=1e-4)
    assert answer.label == answer.labels[int(np.argmax(logits))]


def test_an_answer_says_where_it_comes_from(predictor: Predictor) -> None:
    answer = predictor.predict(grey(body(200)))
    assert answer.model == predictor.bundle.ref
    assert answer.layer == predictor.bundle.card.layer
    assert answer.maps.shape == (4, 8, 8)
    assert (answer.placement.height, answer.placement.width) == (200, 200)
    assert set(answer.milliseconds) == {"prepare", "forward", "explain", "total"}
    steps = [answer.milliseconds[step] for step in ("prepare", "forward", "explain")]
    assert answer.milliseconds["total"] == pytest.approx(sum(steps))


def test_features_are_what_the_head_answers_from(predictor: Predictor) -> None:
    scan = grey(body())
    logits = predictor.features(scan) @ predictor._kernel + predictor._bias
    np.testing.assert_allclose(
        logits, predictor.predict(scan).maps.sum(axis=(1, 2)) + predictor._bias, rtol=1e-4, atol=1e-3
    )


def test_the_same_slice_gets_the_same_answer(predictor: Predictor, tiny: Path) -> None:
    scan = grey(body())
    first = predictor.predict(scan)
    assert predictor.predict(scan).probabilities == first.probabilities
    afresh = Predictor(load(tiny), threads=2, interpreters=1).predict(scan)
    assert afresh.probabilities == pytest.approx(first.probabilities, abs=1e-6)


def test_an_answer_is_not_changed_by_the_next_one(predictor: Predictor) -> None:
    first = predictor.predict(grey(body(seed=1)))
    kept = first.maps.copy()
    for seed in range(2, 8):
        predictor.predict(grey(body(seed=seed)))
    np.testing.assert_array_equal(first.maps, kept)
    with pytest.raises(ValueError, match="read-only"):
        first.maps[0, 0, 0] = 1


def test_threads_never_get_each_others_answers(predictor: Predictor) -> None:
    scans = [grey(body(seed=1)), grey(body(seed=2))]
    alone = [predictor.predict(scan) for scan in scans]
    assert alone[0].probabilities != alone[1].probabilities
    order = [index % 2 for index in range(240)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda index: predictor.predict(scans[index]), order))
    for index, answer in zip(order, answers, strict=True):
        assert answer.probabilities == alone[index].probabilities
        np.testing.assert_array_equal(answer.maps, alone[index].maps)


def test_hounsfield_units_are_windowed_as_the_bundle_says(predictor: Predictor) -> None:
    # by DICOM's formula, grey g under window 40/400 is (g / 255) * 399 - 160 HU
    picture = body()
    units = picture.astype(np.float32) / 255 * 399 - 160
    from_hu = predictor.predict(hu(units, window=Window(400, 1800)))
    assert from_hu.probabilities == pytest.approx(predictor.predict(grey(picture)).probabilities, abs=1e-3)


def test_an_unsure_model_gives_no_label_but_its_probabilities(tiny: Path) -> None:
    strict = with_thresholds(load(tiny), unsure=1.0)
    answer = strict.predict(grey(body()))
    assert answer.declined
    assert [reason.code for reason in answer.reasons] == ["unsure"]
    assert answer.top[0] in answer.reasons[0].sentence
    assert sum(answer.probabilities) == pytest.approx(1.0)


def test_a_slice_far_from_the_training_data_is_not_ct(tiny: Path) -> None:
    narrow = with_thresholds(load(tiny), distance=1e-6, unsure=1.0)
    answer = narrow.predict(grey(body()))
    assert [reason.code for reason in answer.reasons] == ["not-ct"]


@pytest.mark.parametrize("picture", [np.zeros((128, 128)), np.full((1, 1), 9), np.full((300, 300), 255)])
def test_a_picture_without_a_picture_is_too_poor(predictor: Predictor, picture: np.ndarray) -> None:
    answer = predictor.predict(grey(picture))
    assert answer.declined
    assert answer.reasons[0].code == "poor-image"
    assert all(heat.flat for heat in heatmaps(answer).values()), "no heat is made up"


def test_what_decoding_assumed_is_a_warning(predictor: Predictor) -> None:
    answer = predictor.predict(grey(body(), warnings=("The header has no window.",)))
    assert "The header has no window." in [warning.sentence for warning in answer.warnings]


class TestDamage:
    """A bundle whose parts don't fit each other is refused at load, in a sentence."""

    def test_an_export_that_is_none(self, copied: Callable[[], Path]) -> None:
        path = copied()
        (path / LITERT).write_bytes(b"TFL3 or not")
        with pytest.raises(BundleError, match=r"model\.tflite can't be run"):
            Predictor(resealed(path))

    def test_a_truncated_export(self, copied: Callable[[], Path]) -> None:
        path = copied()
        (path / LITERT).write_bytes((path / LITERT).read_bytes()[:4000])
        with pytest.raises(BundleError):
            Predictor(resealed(path))

    def test_a_card_with_another_number_of_classes(self, tiny: Path) -> None:
        bundle = load(tiny)
        card = bundle.card.model_copy(update={"labels": ("Normal", "Tumor")})
        with pytest.raises(BundleError, match="shape"):
            Predictor(replace(bundle, card=card))

    def test_a_card_with_another_input_size(self, tiny: Path) -> None:
        bundle = load(tiny)
        spec = bundle.card.preprocess.model_copy(update={"size": 96})
        with pytest.raises(BundleError, match="shape"):
            Predictor(replace(bundle, card=bundle.card.model_copy(update={"preprocess": spec})))

    def test_the_head_of_another_model(self, copied: Callable[[], Path]) -> None:
        path = copied()
        self._rewrite(path, head_kernel=lambda kernel: kernel + 1)
        with pytest.raises(BundleError, match="head of another model"):
            Predictor(resealed(path))

    def test_a_head_of_another_shape(self, copied: Callable[[], Path]) -> None:
        path = copied()
        self._rewrite(path, head_kernel=lambda kernel: kernel[:, :2])
        with pytest.raises(BundleError, match="another shape"):
            Predictor(resealed(path))

    def test_a_reference_that_is_none(self, copied: Callable[[], Path]) -> None:
        path = copied()
        (path / REFERENCE).write_bytes(b"PK\x03\x04 not an archive")
        with pytest.raises(BundleError):
            Predictor(resealed(path))

    def test_a_missing_file_is_named(self, copied: Callable[[], Path]) -> None:
        path = copied()
        shutil.move(path / LITERT, path / "elsewhere")
        with pytest.raises(BundleError, match=r"model\.tflite is missing"):
            Predictor(load(path))

    @staticmethod
    def _rewrite(path: Path, **changed: Callable[[np.ndarray], np.ndarray]) -> None:
        with np.load(path / REFERENCE) as arrays:
            fields = dict(arrays)
        np.savez(
            path / REFERENCE, **(fields | {name: change(fields[name]) for name, change in changed.items()})
        )
