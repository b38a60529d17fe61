from collections.abc import Sequence

import pytest

from core.training.history import HEAD, TUNING, Epoch
from core.training.loop.stopping import best, halvings, out_of_patience


def history(losses: Sequence[float], f1: Sequence[float] = (), head: int = 99) -> list[Epoch]:
    """Epochs with these validations, the first ``head`` of them of the head's stage."""
    scores = f1 or [0.5] * len(losses)
    return [
        Epoch(at + 1, 99, HEAD if at < head else TUNING, {"val_loss": loss, "val_macro_f1": score})
        for at, (loss, score) in enumerate(zip(losses, scores, strict=True))
    ]


def test_the_best_is_the_first_of_equals() -> None:
    found = history([3, 1, 2, 1], [0.2, 0.3, 0.9, 0.9])
    assert best(found, "loss") == 1
    assert best(found, "macro_f1") == 2


@pytest.mark.parametrize(
    ("losses", "patience", "over"),
    [
        ([], 1, False),
        ([3, 2, 1], 1, False),
        ([1, 2], 1, True),
        ([1, 2], 2, False),
        ([1, 2, 3], 2, True),
        ([1, 1, 1], 2, True),
        ([2, 3, 1, 3], 2, False),
        ([1, 2, 3, 4, 5], 0, False),
    ],
)
def test_patience_is_counted_from_the_best(losses: list[float], patience: int, over: bool) -> None:
    assert out_of_patience(history(losses), "loss", patience, HEAD) is over


def test_a_stage_has_patience_of_its_own() -> None:
    worse = [1.0, 2.0, 3.0, 3.0, 3.0]
    assert not out_of_patience(history(worse[:3], head=3), "loss", 2, TUNING)
    assert not out_of_patience(history(worse[:4], head=3), "loss", 2, TUNING)
    assert out_of_patience(history(worse, head=3), "loss", 2, TUNING)


@pytest.mark.parametrize(
    ("losses", "count"),
    [([], 0), ([3, 2, 1], 0), ([1, 2], 0), ([1, 2, 2], 1), ([1, 2, 2, 2], 1), ([1, 2, 2, 2, 2], 2),
     ([1, 2, 2, 0.5, 2, 0.4], 1)],
)  # fmt: skip
def test_the_rate_is_halved_after_two_epochs_that_were_no_better(losses: list[float], count: int) -> None:
    assert halvings(history(losses), "loss", HEAD) == count


def test_halvings_are_a_stages_own() -> None:
    found = history([1, 2, 2, 2, 2, 2], head=3)
    assert halvings(found, "loss", HEAD) == 1
    assert halvings(found, "loss", TUNING) == 1
