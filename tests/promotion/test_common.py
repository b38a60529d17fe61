"""Two models that learnt from every patient are held against each other by what they logged before that."""

import gzip
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config.settings import Settings
from core.data.manifest import Row
from core.errors import DataError
from core.evaluation import answers
from core.evaluation.answers import Answers
from core.inference.predictor import Predictor
from core.inference.standing import Standing
from core.models.bundle import Bundle, Thresholds, load
from core.promotion import common, comparing, logged
from core.promotion.gate import Check, parse
from core.promotion.measuring import measure
from core.tracking import store
from core.tracking.registry.registry import Registry
from tests.promotion.conftest import agreed, line
from tests.support import candidates
from tests.tracking.registry.conftest import logged as run_of

LABELS = ("Cyst", "Normal", "Stone", "Tumor")
REASON = "Both have learnt from all."


def table(given: Sequence[int], top: float, blocks: int = 6, first: int = 0) -> Answers:
    """Two slices a block, a Cyst and a Normal; answers given with one probability.

    Args:
        given: Of each slice, in the order of the blocks.
        top: Its probability; the rest is shared.
        blocks: How many.
        first: Number of the first slice.
    """
    count = 2 * blocks
    chances = np.full((count, 4), (1 - top) / 3)
    chances[np.arange(count), list(given)] = top
    return Answers(
        LABELS,
        np.array([f"{first + at:064x}" for at in range(count)]),
        np.array([f"b{at // 2}" for at in range(count)]),
        np.arange(count) % 2,
        chances,
        np.zeros(count, np.intp),
    )


RIGHT = table([0, 1] * 6, 0.9)
ALWAYS_CYST = table([0] * 12, 0.6)


@pytest.fixture
def model(tiny: Path, tmp_path: Path) -> Callable[..., Bundle]:
    """Makes a bundle whose card tells of the answers beside its files."""

    def make(name: str, held: Answers, macro_f1: float, split: str = "grouped_cv", **card: Any) -> Bundle:
        told = {
            "macro_f1": {"value": macro_f1, "low": 0.0, "high": 1.0},
            "slices": len(held) // held.times, "groups": 6, "leaks": split == "random_cv",
        }  # fmt: skip
        metrics = {split: told, "declines": {"not_ct": {"refused": card.pop("refused", 0.03)}}}
        place = candidates.variant(
            tiny, tmp_path / name, labels=LABELS, metrics=metrics, version=name, **card
        )
        (place / answers.PACKED).write_bytes(gzip.compress(answers.render({split: held}).encode()))
        return load(place)

    return make


def lines(candidate: Bundle, champion: Bundle, tmp_path: Path) -> dict[str, Check]:
    ground, both = common.find(candidate, champion, Settings(var=tmp_path), REASON)
    return {one.name: one for one in comparing.checks(both, ground)}


def test_each_line_by_hand(model: Callable[..., Bundle], tmp_path: Path) -> None:
    champion = model("now", RIGHT, 1.0, thresholds=Thresholds(unsure=0.5, distance=1.0))
    # of Cyst 6 of 6 are found among 12 given, F1 2/3; of Normal none, F1 0: macro 1/3
    other = model("other", ALWAYS_CYST, 1 / 3, thresholds=Thresholds(unsure=0.7, distance=1.0))
    found = lines(other, champion, tmp_path)
    assert found["accuracy"].figure.startswith("0.333, \N{MINUS SIGN}0.667")
    assert found["accuracy"].met is False
    # right ones said with 0.9, and halves of right ones with 0.6: both are off by a tenth
    assert found["calibration"].figure.startswith("0.100, +0.000") and found["calibration"].met is True
    # 0.6 is below its own threshold of 0.7
    assert found["answered"].figure.startswith("0.000, \N{MINUS SIGN}1.000")
    assert found["guessing"].met is False and found["guessing"].figure.startswith("+0.000")
    said = found["accuracy"].sentence
    assert "12 slices of 6 patient blocks of mine. It is worse" in said
    assert f"{REASON} So these are answers of each recipe's cross-validation" in said
    assert "not of the two models themselves" in said and "neither has learnt" not in said
    # why is said once
    assert "Chance explains the difference. These are answers of" in found["calibration"].sentence


def test_a_better_one_meets_all_four(model: Callable[..., Bundle], tmp_path: Path) -> None:
    found = lines(model("other", RIGHT, 1.0), model("now", ALWAYS_CYST, 1 / 3), tmp_path)
    assert all(one.met for one in found.values())
    assert "better beyond chance" in found["accuracy"].sentence
    assert "refuses 3.0% of its held-out slices" in found["answered"].sentence


def test_only_slices_of_both_count_each_once_however_the_classes_are_ordered(
    model: Callable[..., Bundle], tmp_path: Path
) -> None:
    champion = model("now", RIGHT, 1.0)
    # slices 2 to 13: ten are common, of five blocks; each is there twice, once right and once not
    later = table([0, 1] * 6, 0.9, first=2)
    turned = replace(
        later, labels=LABELS[::-1], truth=3 - later.truth, probabilities=later.probabilities[:, ::-1]
    )
    wrong = replace(turned, probabilities=table([1, 0] * 6, 0.9).probabilities[:, ::-1])
    twice = Answers(
        turned.labels,
        *(
            np.concatenate([getattr(one, name) for one in (turned, wrong)])
            for name in ("slices", "groups", "truth", "probabilities")
        ),
        np.repeat([0, 1], 12),
    )
    other = model("other", twice, 0.5)
    _, both = common.find(other, champion, Settings(var=tmp_path), REASON)
    assert both and (both.slices, both.blocks) == (10, 5)
    assert both.figure("accuracy")[:2] == pytest.approx((1.0, 0.5))


def test_a_model_that_kept_patients_out_answers_about_these_itself(
    model: Callable[..., Bundle], tmp_path: Path
) -> None:
    other = model("other", RIGHT, 1.0, split="grouped_test")
    said = lines(other, model("now", RIGHT, 1.0), tmp_path)["accuracy"].sentence
    assert "the answers of what answers now are those of its recipe's cross-validation" in said
    assert "those of the candidate are its own" in said


def test_one_that_refuses_much_more_as_no_ct_is_not_let_pass(
    model: Callable[..., Bundle], tmp_path: Path
) -> None:
    champion = model("now", RIGHT, 1.0)
    answered = lines(model("other", RIGHT, 1.0, refused=0.14), champion, tmp_path)["answered"]
    assert answered.met is False and "14.0%" in answered.sentence
    answered = lines(model("untold", RIGHT, 1.0, refused=None), champion, tmp_path)["answered"]
    assert answered.met is None and "doesn't say" in answered.sentence


@pytest.mark.parametrize(
    ("held", "macro_f1", "split", "said"),
    [
        (ALWAYS_CYST, 0.9, "grouped_cv", "aren't those of its figures"),
        (RIGHT, 1.0, "random_cv", "logged no answers about patients held out"),
        (table([0, 1] * 4, 0.9, blocks=4), 1.0, "grouped_cv", "Of 4 patient blocks both logged answers"),
        (table([0, 1] * 6, 0.9, first=99), 1.0, "grouped_cv", "no slice in common"),
        (replace(RIGHT, truth=1 - RIGHT.truth), 0.0, "grouped_cv", "labels were changed"),
    ],
)
def test_what_says_nothing_of_the_two_can_not_be_measured_on(
    model: Callable[..., Bundle], tmp_path: Path, held: Answers, macro_f1: float, split: str, said: str
) -> None:
    for check in lines(model("other", held, macro_f1, split), model("now", RIGHT, 1.0), tmp_path).values():
        assert check.met is None and REASON in check.sentence and said in check.sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "logged no answers slice by slice"),
        ("", "logged no answers"),
        ("a,b\n1,2\n", "can't be read"),
        ("\0\0", "can't be read"),
        (answers.render({"grouped_test": RIGHT}), "about patients held out"),
        (answers.render({"grouped_cv": RIGHT}).rpartition("\n0")[0][:-200], ""),
    ],
)
def test_a_table_that_is_none_is_said(
    model: Callable[..., Bundle], tmp_path: Path, text: str | None, said: str
) -> None:
    bundle = model("other", RIGHT, 1.0)
    (bundle.path / answers.PACKED).unlink()
    if text is not None:
        (bundle.path / answers.PACKED).write_bytes(gzip.compress(text.encode()))
    with pytest.raises(DataError) as error:
        logged.held_out(bundle, Settings(var=tmp_path))
    assert said in error.value.sentence


def test_the_answers_of_a_registered_run_are_fetched(
    model: Callable[..., Bundle], three: Settings, tmp_path: Path
) -> None:
    bundle = model("other", RIGHT, 1.0)
    packed = bundle.path / answers.PACKED
    table_ = tmp_path / answers.FILE
    table_.write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    run = run_of(three, bundle.path, "other")
    store.client(three).log_artifact(run.id, str(table_))
    with pytest.raises(DataError, match="logged no answers"):
        logged.held_out(bundle, three)
    Registry(three).register(run)
    split, found = logged.held_out(bundle, three)
    assert split == "grouped_cv" and found.probabilities == pytest.approx(RIGHT.probabilities, abs=1e-6)


def test_the_gate_turns_to_them_where_nothing_is_new_to_both(
    tiny: Path, here: Settings, rows: list[Row], tmp_path: Path
) -> None:
    """As where the shipped model has learnt from a whole set, and so has what was trained on it since."""
    labels = load(tiny).card.labels
    truth = np.array([labels.index(row.label) for row in rows])
    held = Answers(
        labels,
        np.array([row.sha256 for row in rows]),
        np.array([row.group for row in rows]),
        truth,
        np.where(np.eye(len(labels))[truth] > 0, 0.94, 0.02),
        np.zeros(len(rows), np.intp),
    )
    told = {"macro_f1": {"value": 1.0, "low": 1.0, "high": 1.0}, "slices": 32, "groups": 8, "leaks": False}
    metrics = {"grouped_cv": told, "declines": {"not_ct": {"refused": 0.03}}}
    seen = [row.sha256 for row in rows]
    for name in ("now", "other"):
        candidates.variant(tiny, tmp_path / name, seen, version=name, metrics=metrics)
        (tmp_path / name / answers.PACKED).write_bytes(
            gzip.compress(answers.render({"grouped_cv": held}).encode())
        )
    standing = Standing(Predictor(load(tmp_path / "now"), 1, 1), "shipped")
    gate = measure(tmp_path / "other", standing, here, agreed, lambda what, share: None)
    assert gate.met and gate.logged and parse(gate.model_dump(mode="json")) == gate
    assert (gate.dataset, gate.slices, gate.groups) == ("mine", 32, 8)
    assert "learnt from every patient block of mine. So these are answers" in line(gate, "accuracy").sentence
