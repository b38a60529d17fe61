import numpy as np

from core.training.inputs.variants import PLAIN
from core.training.regression.head import fit


def blobs(rng: np.random.Generator, count: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    labels = np.arange(count) % classes
    features = rng.normal(size=(count, 6)).astype(np.float32)
    features[:, 0] += 4 * labels
    return features, labels


def test_separates_what_can_be_separated() -> None:
    features, labels = blobs(np.random.default_rng(0), 300, 3)
    head = fit({PLAIN: features}, labels, inverse_penalty=1.0)
    assert head.kernel.shape == (6, 3) and head.bias.shape == (3,)
    assert (head.logits(features).argmax(axis=1) == labels).mean() > 0.95


def test_two_classes_get_a_logit_each() -> None:
    features, labels = blobs(np.random.default_rng(1), 200, 2)
    head = fit({PLAIN: features}, labels)
    logits = head.logits(features)
    np.testing.assert_allclose(logits[:, 0], -logits[:, 1], atol=1e-4)
    assert (logits.argmax(axis=1) == labels).mean() > 0.95


def test_a_direction_that_changes_within_a_slice_loses_its_say() -> None:
    """Feature 0 and feature 1 tell the class equally well; contrast moves feature 1 only."""
    rng = np.random.default_rng(2)
    labels = np.arange(400) % 2
    features = rng.normal(size=(400, 4)).astype(np.float32)
    features[:, :2] += 2 * labels[:, None]
    changed = features.copy()
    changed[:, 1] += rng.normal(3, 2, size=400).astype(np.float32)

    trusting = np.abs(fit({PLAIN: features}, labels).kernel[:, 1])
    wary = np.abs(fit({PLAIN: features, "contrast": changed}, labels).kernel[:, 1])
    assert trusting[1] > 0.7 * trusting[0]
    assert wary[1] < 0.2 * wary[0]


def test_the_rare_class_counts_as_much_as_the_common_one() -> None:
    rng = np.random.default_rng(3)
    labels = (np.arange(1000) % 20 == 0).astype(int)
    features = rng.normal(size=(1000, 3)).astype(np.float32)
    features[:, 0] += 1.5 * labels
    answers = fit({PLAIN: features}, labels).logits(features).argmax(axis=1)
    assert (answers[labels == 1] == 1).mean() > 0.6


def test_is_reproducible() -> None:
    features, labels = blobs(np.random.default_rng(4), 90, 3)
    copies = {PLAIN: features, "shifted": features + np.float32(0.1)}
    np.testing.assert_array_equal(fit(copies, labels).kernel, fit(copies, labels).kernel)


def test_few_slices_take_the_cheaper_way_to_the_same_head() -> None:
    """The same slices 1 and 8 times: fewer and more rows than features."""
    rng = np.random.default_rng(5)
    features = rng.normal(size=(40, 60)).astype(np.float32)
    labels = np.arange(40) % 3
    features[:, 0] += 3 * labels
    copies = {PLAIN: features, "moved": features + rng.normal(0, 0.3, (40, 60)).astype(np.float32)}
    once = fit(copies, labels, inverse_penalty=8e-3, dimensions=20)
    again = {name: np.tile(one, (8, 1)) for name, one in copies.items()}
    often = fit(again, np.tile(labels, 8), inverse_penalty=1e-3, dimensions=20)
    np.testing.assert_allclose(once.kernel, often.kernel, atol=2e-3 * np.abs(often.kernel).max())
