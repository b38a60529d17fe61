"""Parts by hand: rows of a manifest as ingest writes them, patients p0, p1, ..."""

import numpy as np
import pytest

from core.config.params import Params
from core.data.manifest import Row
from core.errors import DataError
from core.training import parts
from core.training.parts import TEST, TRAIN, VAL


def row(label: str, group: str, split: str, source: str = "", number: int = 0) -> Row:
    path = f"images/{source or 'zip'}/{label}/{group}-{number}.png"
    return Row(path, label, f"{group}{number}{source}", 9, 9, f"s-{group}", group, "axial", source, split)


def folds(count: int, each: int = 2) -> list[Row]:
    """A patient of each class in every fold."""
    return [
        row(label, f"{label}{fold}", str(fold), number=number)
        for fold in range(count)
        for label in ("a", "b")
        for number in range(each)
    ]


PARAMS = Params()


def test_a_fold_is_tested_the_next_validates_and_the_rest_is_learnt_from() -> None:
    rows = folds(4)
    for tested in range(4):
        found = parts.deal(rows, PARAMS, tested)
        by_fold = {one.split: part for one, part in zip(rows, found, strict=True)}
        assert by_fold[str(tested)] == TEST
        assert by_fold[str((tested + 1) % 4)] == VAL
        assert sorted(by_fold.values()) == [TEST, TRAIN, TRAIN, VAL]


def test_of_two_folds_whole_blocks_of_the_other_validate() -> None:
    rows = [
        row(label, f"{label}{n}", str(n % 2), number=k) for label in "ab" for n in range(8) for k in range(3)
    ]
    found = parts.deal(rows, PARAMS)
    blocks: dict[str, set[str]] = {}
    for one, part in zip(rows, found, strict=True):
        blocks.setdefault(one.group, set()).add(str(part))
    assert all(len(where) == 1 for where in blocks.values())
    assert {part for where in blocks.values() for part in where} == {TRAIN, VAL, TEST}
    assert (found == TEST).sum() == 24 and (found == VAL).sum() < (found == TRAIN).sum()


def test_train_val_and_test_are_taken_as_they_are() -> None:
    rows = [row(label, f"{label}{part}", part) for label in "ab" for part in (TRAIN, VAL, TEST)]
    assert parts.deal(rows, PARAMS).tolist() == [TRAIN, VAL, TEST] * 2


def test_a_manifest_that_leaks_is_dealt_anew_by_block() -> None:
    rows = [row("ab"[n % 2], f"p{n}", str(k % 5), number=k) for n in range(10) for k in range(4)]
    found = parts.deal(rows, PARAMS)
    where = {(one.group, str(part)) for one, part in zip(rows, found, strict=True)}
    assert len(where) == 10


def test_later_sources_are_learnt_from_and_never_tested() -> None:
    plain = [row(one.label, one.group, one.split, "first", n) for n, one in enumerate(folds(3))]
    copies = [row(one.label, one.group, one.split, "second", n) for n, one in enumerate(folds(3))]
    found = parts.deal([*plain, *copies], PARAMS)
    mine, theirs = found[: len(plain)], found[len(plain) :]
    assert set(mine.tolist()) == {TRAIN, VAL, TEST}
    assert set(theirs.tolist()) == {TRAIN, ""}
    assert ((theirs == TRAIN) == (mine == TRAIN)).all()


def test_dealt_at_random_parts_are_as_large_and_leak() -> None:
    rows = folds(5, each=20)
    like = parts.deal(rows, PARAMS)
    found = parts.deal_at_random(rows, PARAMS, like)
    for part in (TRAIN, VAL, TEST):
        assert abs(int((found == part).sum()) - int((like == part).sum())) <= 2
    learnt = {one.group for one, part in zip(rows, found, strict=True) if part == TRAIN}
    tested = {one.group for one, part in zip(rows, found, strict=True) if part == TEST}
    assert tested <= learnt
    assert (found == parts.deal_at_random(rows, PARAMS, like)).all()


@pytest.mark.parametrize(
    "rows",
    [
        [row("a", "p", "0"), row("b", "q", "1")],
        [*folds(3), row("c", "lonely", "0")],
        [*(row("a", f"p{n}", part) for n, part in enumerate((TRAIN, VAL, TEST))), row("b", "q", TEST)],
        [row(label, f"{label}{part}", part) for label in "ab" for part in (TRAIN, TEST)],
    ],
    ids=["a block a class", "a class of one block", "a class only tested", "no validation"],
)
def test_what_leaves_nothing_to_learn_or_to_judge_by_is_a_sentence(rows: list[Row]) -> None:
    with pytest.raises(DataError) as caught:
        parts.deal(rows, PARAMS)
    assert caught.value.sentence.endswith(".") and np.isscalar(caught.value.code)
