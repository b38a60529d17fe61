import time

import numpy as np
import pytest

from core.errors import DataError
from core.evaluation import answers
from core.evaluation.answers import Answers

LABELS = ("Cyst", "Normal, plain", 'a "Stone"')


def drawn(count: int, dealings: int = 1, seed: int = 0) -> Answers:
    """So many slices of three classes, of as many patients as there are tens of them."""
    rng = np.random.default_rng(seed)
    slices = np.array([f"{at:064x}" for at in range(count)] * dealings)
    groups = np.array([f"P{at // 10:04d}" for at in range(count)] * dealings)
    chances = rng.dirichlet((1, 1, 1), count * dealings)
    truth = np.tile(rng.integers(0, 3, count), dealings)
    return Answers(LABELS, slices, groups, truth, chances, np.repeat(np.arange(dealings), count))


def test_a_table_of_answers_can_be_read_by_a_person() -> None:
    one = Answers(
        ("Cyst", "Stone"),
        np.array(["ab", "cd"]),
        np.array(["p", "q"]),
        np.array([0, 1]),
        np.array([[0.9, 0.1], [0.25, 0.75]]),
        np.array([0, 0]),
    )
    assert answers.render({"grouped_test": one}) == (
        "split,dealing,slice,group,label,Cyst,Stone\n"
        "grouped_test,0,ab,p,Cyst,0.900000,0.100000\n"
        "grouped_test,0,cd,q,Stone,0.250000,0.750000\n"
    )


def test_what_is_written_is_read_again() -> None:
    several = {"grouped_cv": drawn(40, dealings=3), "random_cv": drawn(40, seed=1)}
    found = answers.parse(answers.render(several))
    assert list(found) == ["grouped_cv", "random_cv"]
    for split, one in several.items():
        again = found[split]
        assert again.labels == LABELS and again.times == one.times
        for name in ("slices", "groups", "truth", "dealing"):
            assert (getattr(again, name) == getattr(one, name)).all()
        np.testing.assert_allclose(again.probabilities, one.probabilities, atol=6e-7)


def test_a_table_without_answers_has_no_splits() -> None:
    head = answers.render({"grouped_test": drawn(1)}).splitlines()[0]
    assert answers.parse(f"{head}\n") == {}


HEAD = "split,dealing,slice,group,label,a,b"
BAD = {
    "nothing": "",
    "words": "hello",
    "another table": "name,value\nx,1\n",
    "one class": "split,dealing,slice,group,label,a\ns,0,x,g,a,1\n",
    "a class twice": "split,dealing,slice,group,label,a,a\ns,0,x,g,a,1,0\n",
    "a row too short": f"{HEAD}\ns,0,x,g,a,1\n",
    "rows of another width": f"{HEAD}\ns,0,x,g,a,1\ns,0,y,g,a,1\n",
    "rows too wide": f"{HEAD}\ns,0,x,g,a,1,0,0\n",
    "an unknown class": f"{HEAD}\ns,0,x,g,c,1,0\n",
    "a word for a probability": f"{HEAD}\ns,0,x,g,a,high,0\n",
    "no number": f"{HEAD}\ns,0,x,g,a,nan,0\n",
    "endless": f"{HEAD}\ns,0,x,g,a,inf,0\n",
    "over 1": f"{HEAD}\ns,0,x,g,a,1.5,0\n",
    "below 0": f"{HEAD}\ns,0,x,g,a,-0.5,1\n",
    "a dealing that is no number": f"{HEAD}\ns,first,x,g,a,1,0\n",
    "an open quote": f'{HEAD}\ns,0,"x,g,a,1,0\n',
    "a blank line": f"{HEAD}\ns,0,x,g,a,1,0\n\n",
    "a field without end": f"{HEAD}\ns,0,{'x' * 200_000},g,a,1,0\n",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_what_is_no_table_of_answers_is_said(text: str) -> None:
    with pytest.raises(DataError, match="no table of answers"):
        answers.parse(text)


def test_tables_of_different_classes_are_not_mixed() -> None:
    other = Answers(("x", "y"), *(getattr(drawn(0), name) for name in ("slices", "groups", "truth")),
                    np.zeros((0, 2)), np.zeros(0, int))  # fmt: skip
    for several in ({}, {"grouped_cv": drawn(3), "random_cv": other}):
        with pytest.raises(ValueError, match="same classes"):
            answers.render(several)


def test_twelve_thousand_slices_of_five_dealings_are_read_while_a_person_waits() -> None:
    one = drawn(12_000, dealings=5)
    begun = time.process_time()
    text = answers.render({"grouped_cv": one})
    written = time.process_time()
    found = answers.parse(text)["grouped_cv"]
    read = time.process_time()
    assert len(found) == 60_000
    assert written - begun < 3 and read - written < 3
