"""A recipe carried out in the way that it asks for: data in, sealed bundle with its measured figures out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.config.params import Params
from core.config.settings import Settings
from core.data.ingest import Progress
from core.evaluation.answers import Answers
from core.models import build
from core.models.bundle import Bundle, Card
from core.training import describing, finetuning, neighbours, parts, revision, scores, selection
from core.training.finetuning import Bench, Fitted
from core.training.made import Made
from core.training.regression import run as regression
from core.training.run import Run
from core.training.sealing import seal
from core.training.task import Task

RANDOM = "random split"
"""The branch whose figures leak."""


def run(task: Task, params: Params, settings: Settings, outside: Run) -> Made:
    """Train, measure, export and seal.

    Args:
        task: What is to be made.
        params: How.
        settings: Where data and caches lie.
        outside: Told how far it is and what was measured; keeps what a break must not lose.

    Raises:
        StudioError: The data, the weights or the parameters don't allow it.
    """
    if params.training.fit == "regression":
        return regression.run(task, params, settings, outside.progress)
    bench = Bench.of(task, params, settings)
    folds, measured = _trained(bench, outside)
    fitted = folds[0]
    outside.progress("writing the bundle", 0.0)
    metrics = {split: one.figures for split, one in measured.items()}
    bundle = _sealed(bench, fitted, metrics | scores.of_bundle(bench, fitted))
    answers = {split: one.answers for split, one in measured.items()}
    # one fold whose loss ran away is enough to doubt the recipe
    told = next((one.trained for one in folds if one.trained.stopped == "diverged"), fitted.trained)
    rate = told.history[-1].metrics["learning_rate"]
    return Made(bundle, len(told.history), rate, told.stopped, answers)


def features(data: Path, params: Params, settings: Settings, progress: Progress) -> int:
    """Compute and keep what a training starts from.

    Returns:
        Of how many slices.

    Raises:
        StudioError: The data, the weights or the parameters don't allow it.
    """
    how = regression if params.training.fit == "regression" else finetuning
    count: int = how.features(data, params, settings, progress)
    return count


def branches(params: Params) -> int:
    """How many trainings a recipe has."""
    if params.training.fit == "regression":
        return 1
    return (params.split.folds if params.training.k_fold else 1) + params.training.random_too


@dataclass(frozen=True, slots=True)
class _Measured:
    """A split's figures, and the answers that they were taken on."""

    figures: dict[str, Any]
    answers: Answers


def _trained(bench: Bench, outside: Run) -> tuple[list[Fitted], dict[str, _Measured]]:
    """The models by fold, of which the first is kept, and the figures of all trainings of the run."""
    folds = _folds(bench, outside) if bench.params.training.k_fold else [_only(bench, outside)]
    first = folds[:1]
    found = {"grouped_test": _Measured(scores.of_test(bench, folds[0]), scores.answers_of(bench, first))}
    if len(folds) > 1:
        over = _Measured(scores.over_folds(bench, folds), scores.answers_of(bench, folds))
        found = {"grouped_cv": over, **found}
    if bench.params.training.random_too:
        found["random_test"] = _at_random(bench, outside)
    return folds, found


def _only(bench: Bench, outside: Run) -> Fitted:
    with outside.branch("", bench.params) as branch:
        return finetuning.fit(bench, parts.deal(bench.rows, bench.params), branch)


def _folds(bench: Bench, outside: Run) -> list[Fitted]:
    """A model for each fold; the first, whose held-out fold is the manifest's own, is kept."""
    found = []
    numbers = set(selection.folds(bench.rows, bench.params).tolist()) - {selection.NEVER}
    for fold in sorted(numbers):
        with outside.branch(f"fold {fold + 1}", bench.params) as branch:
            fitted = finetuning.fit(bench, parts.deal(bench.rows, bench.params, fold), branch)
            branch.figures(scores.of_test(bench, fitted), leaks=False)
            found.append(fitted)
    return found


def _at_random(bench: Bench, outside: Run) -> _Measured:
    dealt = parts.deal(bench.rows, bench.params)
    with outside.branch(RANDOM, bench.params, tags={"studio.leaks": "true"}) as branch:
        anew = parts.deal_at_random(bench.rows, bench.params, dealt)
        fitted = finetuning.fit(bench, anew, branch)
        figures = scores.of_test(bench, fitted, leaks=True)
        branch.figures(figures, leaks=True)
    return _Measured(figures, scores.answers_of(bench, [fitted]))


def _sealed(bench: Bench, fitted: Fitted, metrics: Mapping[str, Any]) -> Bundle:
    task, params = bench.task, bench.params
    seen = set(fitted.seen)
    held_out = sorted({row.group for row in fitted.test.rows})
    card = Card(
        name=task.name,
        version=task.version,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        labels=bench.labels,
        preprocess=fitted.extractor.spec,
        backbone=params.model.backbone,
        layer=build.LAYER,
        temperature=fitted.temperature,
        thresholds=scores.limits(bench, fitted),
        metrics=dict(metrics),
        data=describing.data(task.data.name, bench.everything, bench.rows, held_out, params),
        code_revision=revision.current(),
        files={},
    )
    fitted.model.set_weights(fitted.weights)
    squares = fitted.extractor.examples(task.data, bench.rows)
    learnt = neighbours.of(fitted.learnt)
    return seal(task.out, card, fitted.model, fitted.known, fitted.head, sorted(seen), squares, learnt)
