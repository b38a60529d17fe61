"""Trainings of a real network: what it learns, how it stops, and that a kill changes nothing."""

import dataclasses
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config.settings import ROOT
from core.errors import StorageError, StudioError
from core.models.build import LOGITS, set_head
from core.training.history import HEAD, TUNING
from core.training.loop import checkpoint
from core.training.loop.checkpoint import FILE
from core.training.loop.draws import draw
from core.training.loop.measuring import validated
from core.training.loop.train import Samples, stages, train
from tests.support import trained
from tests.support.disks import small_disk
from tests.support.trained import SPEC, Told, network, params

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]
METRICS = {
    "train_loss", "train_accuracy", "val_loss", "val_accuracy", "val_macro_f1", "learning_rate",
    "images_per_s",
}  # fmt: skip
HEAD_ONLY = {"unfreeze": "none", "balance": "none"}


@pytest.fixture(scope="module")
def model() -> Any:
    return network()


@pytest.fixture(scope="module")
def learn(model: Any) -> Samples:
    return trained.samples(90, 1, 1, model)


@pytest.fixture(scope="module")
def validate(model: Any) -> Samples:
    return trained.samples(45, 2, model=model)


def figures(history: Any) -> list[dict[str, float]]:
    """All but the speed."""
    return [{name: value for name, value in one.metrics.items() if name != "images_per_s"} for one in history]


def head(model: Any) -> list[np.ndarray]:
    return [np.array(one) for one in model.get_layer(LOGITS).get_weights()]


def loss_of(model: Any, samples: Samples) -> float:
    kernel, bias = head(model)
    return validated(samples.labels, samples.features[0] @ kernel + bias)["val_loss"]


@pytest.mark.parametrize("epoch", [2, 5], ids=["the head learns", "the backbone learns"])
def test_killed_while(epoch: int, broken: dict[int, Path], unbroken: Any) -> None:
    kept = checkpoint.load(broken[epoch], _belongs(broken[epoch]))
    assert kept is not None and len(kept.history) == epoch - 1
    told = Told()
    again = trained.whole(broken[epoch], told, mixup=0.2, balance="sampling")
    assert [one.number for one in told.epochs] == list(range(epoch, 7))
    assert figures(again.history[: epoch - 1]) == figures(unbroken.history[: epoch - 1])
    for mine, theirs in zip(figures(again.history), figures(unbroken.history), strict=True):
        assert mine == pytest.approx(theirs, abs=1e-3)
    assert again.best == unbroken.best and again.stopped == ""


def _belongs(place: Path) -> str:
    import json

    with np.load(place / FILE) as arrays:
        return str(json.loads(arrays["card"].tobytes())["belongs"])


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Checkpoints of trainings killed in these epochs, side by side."""
    places = {epoch: tmp_path_factory.mktemp(f"killed{epoch}") for epoch in (2, 5)}
    running = [
        subprocess.Popen([sys.executable, "-m", "tests.support.trained", str(place), str(epoch)], cwd=ROOT,
                         stderr=subprocess.DEVNULL)
        for epoch, place in places.items()
    ]  # fmt: skip
    assert [one.wait(200) for one in running] == [-signal.SIGKILL] * 2
    return places


@pytest.fixture(scope="module")
def unbroken(broken: dict[int, Path], tmp_path_factory: pytest.TempPathFactory) -> Any:
    told = Told()
    found = trained.whole(tmp_path_factory.mktemp("whole"), told, mixup=0.2, balance="sampling")
    assert tuple(told.epochs) == found.history
    return found


def test_an_unbroken_one_learns_and_says_how(unbroken: Any) -> None:
    history = unbroken.history
    assert [one.number for one in history] == [1, 2, 3, 4, 5, 6]
    assert [one.stage for one in history] == [HEAD] * 3 + [TUNING] * 3
    assert all(set(one.metrics) == METRICS and one.epochs == 6 and one.seconds > 0 for one in history)
    assert history[-1].metrics["val_macro_f1"] > 0.95
    assert unbroken.best == max(one.number for one in history if one.best)
    rates = [one.metrics["learning_rate"] for one in history]
    assert 0.02 > rates[0] > rates[1] > rates[2] and 1e-3 > rates[3] > rates[4] > rates[5]


def test_progress_is_of_each_batch_and_goes_on(
    model: Any, learn: Samples, validate: Samples, tmp_path: Path
) -> None:
    told = Told()
    train(network(), learn, validate, params(epochs=2, head_epochs=0), tmp_path, told)
    for epoch in (1, 2):
        shares = [share for number, share, _ in told.batches if number == epoch]
        assert len(shares) >= 6 + 3
        assert shares == sorted(shares) and shares[-1] == pytest.approx(1)
    assert all(pace > 0 for _, _, pace in told.batches)


def test_what_is_frozen_stays_and_the_head_starts_anew(
    learn: Samples, validate: Samples, tmp_path: Path
) -> None:
    both = []
    for start in (0.0, 7.0):
        model = network()
        before = [np.array(one) for layer in model.layers[:-1] for one in layer.get_weights()]
        set_head(model, *[np.full_like(one, start) for one in head(model)])
        found = train(model, learn, validate, params(**HEAD_ONLY), tmp_path / str(start), Told())
        after = [one for layer in model.layers[:-1] for one in layer.get_weights()]
        assert all((mine == theirs).all() for mine, theirs in zip(before, after, strict=True))
        assert {one.stage for one in found.history} == {HEAD} and len(found.history) == 6
        assert found.history[-1].metrics["val_accuracy"] > 0.95
        both.append(figures(found.history))
    assert both[0] == both[1]


def test_early_it_stops_with_the_best_epochs_weights(
    model: Any, learn: Samples, validate: Samples, tmp_path: Path
) -> None:
    # the better it learns, the worse it answers these
    contrary = dataclasses.replace(validate, labels=(validate.labels + 1) % 3)
    chosen = params(**HEAD_ONLY, epochs=50, patience=2, schedule="constant")
    found = train(model, learn, contrary, chosen, tmp_path, Told(), "fold 2")
    assert found.stopped == "early" and len(found.history) == found.best + 2
    best = found.history[found.best - 1]
    assert best.best and best.branch == "fold 2" and not found.history[-1].best
    assert loss_of(model, contrary) == pytest.approx(best.metrics["val_loss"], abs=1e-6)
    told = Told()
    set_head(model, *[np.zeros_like(one) for one in head(model)])
    again = train(model, learn, contrary, chosen, tmp_path, told, "fold 2")
    assert again == found and not told.epochs
    assert loss_of(model, contrary) == pytest.approx(best.metrics["val_loss"], abs=1e-6)


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd", "rmsprop"])
def test_every_optimiser_learns(
    optimizer: str, model: Any, learn: Samples, validate: Samples, tmp_path: Path
) -> None:
    rate = 0.3 if optimizer == "sgd" else 0.02
    chosen = params(
        **HEAD_ONLY, optimizer=optimizer, learning_rate=rate, epochs=12, label_smoothing=0.05, warmup=0.1
    )
    found = train(model, learn, validate, chosen, tmp_path, Told())
    assert found.history[found.best - 1].metrics["val_accuracy"] > 0.95


def test_plateau_halves_the_rate(model: Any, learn: Samples, validate: Samples, tmp_path: Path) -> None:
    contrary = dataclasses.replace(validate, labels=(validate.labels + 1) % 3)
    chosen = params(**HEAD_ONLY, epochs=12, patience=0, schedule="plateau")
    found = train(model, learn, contrary, chosen, tmp_path, Told())
    after = [one.metrics["learning_rate"] for one in found.history[found.best :]]
    assert after[:4] == pytest.approx([0.02, 0.02, 0.01, 0.01]) and found.stopped == ""


def poisoned(learn: Samples, at: int) -> Samples:
    """One slice's copy is no number."""
    copies = [np.array(one) for one in learn.features]
    copies[1][at] = np.nan
    return dataclasses.replace(learn, features=copies)


def test_a_loss_that_is_no_number_stops_with_the_last_good_weights(
    model: Any, learn: Samples, validate: Samples, tmp_path: Path
) -> None:
    chosen = params(**HEAD_ONLY)
    drawn = [draw(learn, chosen.training, HEAD, epoch) for epoch in (1, 2, 3)]
    copy = [dict(zip(one.order.tolist(), one.copies.tolist(), strict=True)) for one in drawn]
    at = next(one for one in range(90) if [part[one] for part in copy] == [0, 0, 1])
    told = Told()
    found = train(model, poisoned(learn, at), validate, chosen, tmp_path, told)
    assert found.stopped == "diverged" and len(found.history) == len(told.epochs) == 2
    assert loss_of(model, validate) == pytest.approx(
        found.history[found.best - 1].metrics["val_loss"], abs=1e-6
    )
    with pytest.raises(StudioError, match=r"no number any more in the first epoch.* rate of 0\.0"):
        train(model, dataclasses.replace(learn, features=[learn.features[0] * np.nan]), validate, chosen,
              tmp_path / "other", told)  # fmt: skip
    assert len(told.epochs) == 2


def test_a_full_disk_is_a_sentence_and_it_goes_on_from_the_one_before(
    model: Any, learn: Samples, validate: Samples, tmp_path: Path
) -> None:
    chosen = params(**HEAD_ONLY)
    whole = train(model, learn, validate, chosen, tmp_path / "whole", Told())

    class Filling(Told):
        def epoch(self, epoch: Any) -> None:
            super().epoch(epoch)
            if epoch.number == 3:
                with pytest.raises(OSError):
                    (disk / "filler").write_bytes(bytes(10**7))

    with small_disk(tmp_path / "disk", 256) as disk:
        with pytest.raises(StorageError, match="The disk is full"):
            train(model, learn, validate, chosen, disk / "checkpoint", Filling())
        (disk / "filler").unlink()
        told = Told()
        again = train(model, learn, validate, chosen, disk / "checkpoint", told)
    assert [one.number for one in told.epochs] == [3, 4, 5, 6]
    assert figures(again.history) == figures(whole.history)


@pytest.mark.parametrize("other", ["recipe", "labels", "slices", "backbone", "branch", "torn"])
def test_from_another_trainings_checkpoint_or_a_torn_one_it_starts_at_the_beginning(
    other: str, model: Any, learn: Samples, validate: Samples, tmp_path: Path
) -> None:
    chosen, network_ = params(**HEAD_ONLY, epochs=2), model
    train(model, learn, validate, chosen, tmp_path, Told())
    branch = ""
    if other == "recipe":
        chosen = params(**HEAD_ONLY, epochs=3)
    elif other == "labels":
        learn = dataclasses.replace(learn, labels=learn.labels[::-1].copy())
    elif other == "slices":
        learn = dataclasses.replace(learn, digests=[f"{one[:-2]}ff" for one in learn.digests])
    elif other == "backbone":
        network_ = network(6)
    elif other == "branch":
        branch = "fold 1"
    else:
        torn = (tmp_path / FILE).read_bytes()[:-9]
        (tmp_path / FILE).write_bytes(torn)
    told = Told()
    found = train(network_, learn, validate, chosen, tmp_path, told, branch)
    assert [one.number for one in told.epochs] == list(range(1, chosen.training.epochs + 1))
    assert tuple(told.epochs) == found.history


def test_what_the_watch_raises_passes_through(
    model: Any, learn: Samples, validate: Samples, tmp_path: Path
) -> None:
    class Cancelled(BaseException):
        pass

    class Leaving(Told):
        def batch(self, epoch: int, share: float, images_per_s: float) -> None:
            if epoch == 2:
                raise Cancelled

    for head_epochs in (3, 0):
        with pytest.raises(Cancelled):
            train(network(), learn, validate, params(head_epochs=head_epochs), tmp_path, Leaving())


def test_memory_that_runs_out_is_a_sentence(
    model: Any, learn: Samples, validate: Samples, tmp_path: Path
) -> None:
    import tensorflow as tf

    class Greedy(Told):
        def batch(self, epoch: int, share: float, images_per_s: float) -> None:
            tf.zeros([2**45])

    with pytest.raises(StudioError, match=r"Memory ran out.*Lower training\.batch or model\.size"):
        train(model, learn, validate, params(**HEAD_ONLY), tmp_path, Greedy())


def test_in_bfloat16_it_learns_and_what_comes_out_is_float32(
    learn: Samples, validate: Samples, tmp_path: Path
) -> None:
    model = network()
    chosen = params(mixed_precision=True, epochs=4, head_epochs=1, tuning_rate=3e-3)
    found = train(model, learn, validate, chosen, tmp_path, Told())
    assert found.best > 1 and found.history[-1].metrics["val_accuracy"] > 0.9
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    pictures = validate.squares[..., None].astype(np.float32)  # type: ignore[index]
    logits = model(pictures, training=False).numpy()
    best = found.history[found.best - 1].metrics
    assert logits.dtype == np.float32
    assert validated(validate.labels, logits)["val_loss"] == pytest.approx(best["val_loss"], abs=0.02)


def test_an_epoch_draws_the_same_whatever_came_before(learn: Samples) -> None:
    chosen = params(mixup=0.4, balance="sampling").training
    first, again = (draw(learn, chosen, HEAD, 2) for _ in range(2))
    for name in ("order", "copies", "shares"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert first.seed == again.seed
    others = [draw(learn, chosen, HEAD, 3), draw(learn, chosen, TUNING, 2)]
    others.append(draw(learn, chosen.model_copy(update={"seed": 1}), HEAD, 2))
    assert all((one.order != first.order).any() and one.seed != first.seed for one in others)
    assert set(first.copies.tolist()) == {0, 1}


@pytest.mark.parametrize(
    ("training", "expected"),
    [
        ({"unfreeze": "none", "epochs": 4, "head_epochs": 2}, [(HEAD, 4)]),
        ({"unfreeze": "all", "epochs": 4, "head_epochs": 0}, [(TUNING, 4)]),
        ({"unfreeze": "top", "epochs": 4, "head_epochs": 1}, [(HEAD, 1), (TUNING, 4)]),
    ],
)
def test_stages(training: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    assert stages(params(**training).training) == expected


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"digests": ["00"]}, "digests: 1 for 4 labels"),
        ({"features": [np.zeros((3, 2), np.float32)]}, r"features\[0\]: 3 for 4 labels"),
        ({"squares": np.zeros((5, 8, 8), np.uint8)}, "squares: 5 for 4 labels"),
        ({"features": [], "squares": None}, "neither features nor squares"),
        ({"labels": np.zeros(0, np.intp), "digests": []}, "no slice"),
    ],
)
def test_samples_that_do_not_fit_together_are_refused(changes: dict[str, Any], said: str) -> None:
    fields = {
        "labels": np.zeros(4, np.intp), "features": [np.zeros((4, 2), np.float32)], "squares": None,
        "digests": ["00"] * 4, "spec": SPEC,
    }  # fmt: skip
    with pytest.raises(ValueError, match=said):
        Samples(**(fields | changes))


def test_nothing_is_left_beside_the_checkpoint(
    model: Any, learn: Samples, validate: Samples, tmp_path: Path
) -> None:
    train(model, learn, validate, params(**HEAD_ONLY, epochs=1), tmp_path, Told())
    assert [one.name for one in tmp_path.iterdir()] == [FILE]
