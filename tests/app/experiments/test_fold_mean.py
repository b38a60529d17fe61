"""The mean over folds, worked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from app.experiments import fold_mean
from core.tracking.runs.values import History, Run


def run(name: str) -> Run:
    return Run(id=name.replace(" ", "").ljust(32, "0"), name=name, experiment="e", state="finished")


def _history(own: str, steps: list[int], values: list[float]) -> History:
    return History(own, "loss", np.array(steps), np.arange(len(steps), dtype=float), np.array(values))


def test_it_is_drawn_where_all_folds_have_a_value_and_without_what_leaks() -> None:
    whole = run("whole")
    folds = [replace(run(f"fold {n}"), parent=whole.id) for n in (1, 2)]
    leaking = replace(run("random split"), parent=whole.id, tags={"studio.leaks": "true"})
    told = {
        (folds[0].id, "loss"): _history(folds[0].id, [1, 2, 3], [1.0, 0.5, 0.25]),
        (folds[1].id, "loss"): _history(folds[1].id, [1, 2, 2, 3], [2.0, 9.0, 1.5, float("nan")]),
        (leaking.id, "loss"): _history(leaking.id, [1, 2, 3], [0.0, 0.0, 0.0]),
    }
    found = fold_mean.means([whole], [*folds, leaking], told)
    made, count = found[whole.id, "loss"]
    assert count == 2
    assert made.steps.tolist() == [1, 2]
    assert made.values.tolist() == pytest.approx([1.5, 1.0])


def test_a_run_that_logged_it_itself_and_a_lone_fold_have_none() -> None:
    whole, fold = run("whole"), run("fold 1")
    one = _history(fold.id, [1], [1.0])
    assert fold_mean.mean(whole, [one]) is None
    assert fold_mean.mean(whole, [one, _history("b", [2], [1.0])]) is None, "no step in common"
    parts = [replace(run(f"fold {n}"), parent=whole.id) for n in (1, 2)]
    told = {(part.id, "loss"): _history(part.id, [1], [1.0]) for part in parts}
    assert fold_mean.means([whole], parts, {**told, (whole.id, "loss"): one}) == {}
