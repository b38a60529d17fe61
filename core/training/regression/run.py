"""A head fitted at once on frozen features, with figures of a repeated grouped cross-validation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config.params import Params
from core.config.settings import Settings
from core.data import dealing, manifest
from core.data.ingest import Progress
from core.data.manifest import Row
from core.evaluation.answers import Answers
from core.evaluation.calibration import temperature
from core.models import build
from core.models.bundle import Card
from core.models.neighbours import Neighbour
from core.training import describing, neighbours, revision, selection, starting, thresholds
from core.training.inputs import variants
from core.training.inputs.features import Extractor
from core.training.inputs.strangers import Strangers
from core.training.inputs.strangers import read as read_strangers
from core.training.inputs.variants import PLAIN
from core.training.made import Made
from core.training.regression import crossval, figures
from core.training.regression.crossval import Bank, Held
from core.training.sealing import seal
from core.training.task import Task


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """What one run of a recipe works with."""

    task: Task
    params: Params
    settings: Settings
    progress: Progress
    rows: Sequence[Row]
    labels: tuple[str, ...]
    folds: NDArray[np.intp]


def run(task: Task, params: Params, settings: Settings, progress: Progress) -> Made:
    """Train, measure, export and seal.

    Args:
        task: What is to be made.
        params: How.
        settings: Where caches lie.
        progress: Told what is being done and how far it is.

    Returns:
        The bundle, and the held-out answers that its figures were taken on.

    Raises:
        StudioError: The data, the weights or the parameters don't allow it.
    """
    variants.check(params.training.variants)
    everything = manifest.read(task.data)
    rows = selection.select(everything, params)
    bench = _Bench(
        task, params, settings, progress, rows, manifest.classes(rows), selection.folds(rows, params)
    )
    progress("loading the network", 0.0)
    model, extractor = _network(bench)
    bank = _bank(bench, extractor)
    strangers = {name: read_strangers(path, extractor, settings) for name, path in task.strangers.items()}
    grouped, leaking = _cross_validate(bench, bank, strangers)
    apart = set(_held_out(bench))
    learnt = [row.group not in apart for row in rows]
    final = bank.some(np.array(learnt))
    head = crossval.fit(final, params.training)
    build.set_head(model, head.kernel, head.bias)
    answers = _answers(bench, bank, grouped, leaking)
    sure = answers["grouped_cv"].probabilities
    limits = thresholds.choose(sure, grouped.distances, params.declining)
    others = {name: (one, grouped.strangers[name]) for name, one in strangers.items()}
    card = Card(
        name=task.name,
        version=task.version,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        labels=bench.labels,
        preprocess=extractor.spec,
        backbone=params.model.backbone,
        layer=build.LAYER,
        temperature=round(temperature(grouped.logits, grouped.truth), 4),
        thresholds=limits,
        metrics=figures.of_splits(answers, grouped, leaking, params)
        | {"declines": thresholds.figures(sure, grouped.truth, grouped.distances, limits, others)}
        | figures.external(bench.labels, task.external, strangers, head.logits),
        data=describing.data(task.data.name, everything, rows, _held_out(bench), params),
        code_revision=revision.current(),
        files={},
    )
    progress("writing the bundle", 0.0)
    known = crossval.reference(final, params.declining.dimensions)
    seen = [row.sha256 for row, used in zip(rows, learnt, strict=True) if used]
    examples = extractor.examples(task.data, rows)
    bundle = seal(task.out, card, model, known, head, seen, examples, _learnt(bench, bank, learnt))
    return Made(bundle, answers=answers)


def features(data: Path, params: Params, settings: Settings, progress: Progress) -> int:
    """Compute and keep what `run` starts from.

    Returns:
        Of how many slices.

    Raises:
        StudioError: The data, the weights or the parameters don't allow it.
    """
    variants.check(params.training.variants)
    rows = selection.select(manifest.read(data), params)
    task = Task(name=data.name, version="", data=data, out=settings.var)
    folds = selection.folds(rows, params)
    bench = _Bench(task, params, settings, progress, rows, manifest.classes(rows), folds)
    _bank(bench, _network(bench)[1])
    return len(rows)


def _learnt(bench: _Bench, bank: Bank, learnt: Sequence[bool]) -> list[Neighbour]:
    """The slices that the reference is fitted to, in the order of `crossval.reference`."""
    kept = [row for row, mine, shown in zip(bench.rows, learnt, bank.reported, strict=True) if mine and shown]
    return neighbours.of(kept, bank.features)


def _held_out(bench: _Bench) -> list[str]:
    """The patient blocks that the final head never sees; none where nothing is held out."""
    if not bench.params.split.hold_out:
        return []
    return sorted({row.group for row, fold in zip(bench.rows, bench.folds, strict=True) if fold == 0})


def _network(bench: _Bench) -> tuple[Any, Extractor]:
    model = starting.network(bench.params, len(bench.labels), bench.settings)
    return model, starting.extractor(model, bench.params, bench.settings)


def _bank(bench: _Bench, extractor: Extractor) -> Bank:
    """Features of every slice in every variant."""
    features = {}
    for variant in (PLAIN, *bench.params.training.variants):
        told = f"features of {len(bench.rows):,} slices ({variant})"
        features[variant] = extractor.features(
            bench.task.data, bench.rows, variant, partial(bench.progress, told)
        )
    numbers = np.array([bench.labels.index(row.label) for row in bench.rows], np.intp)
    return Bank(numbers, features, selection.primary(bench.rows))


def _cross_validate(bench: _Bench, bank: Bank, strangers: Mapping[str, Strangers]) -> tuple[Held, Held]:
    """Held-out answers by patient block, and by slices dealt at random."""
    pictures = {name: one.features for name, one in strangers.items()}
    params, told = bench.params, bench.progress
    said = "cross-validation by patient block"
    grouped = Held.joined(
        [
            crossval.held_out(bank, folds, params, pictures, partial(told, f"{said}: dealing {number}"))
            for number, folds in enumerate(_dealings(bench), start=1)
        ]
    )
    dealt = dealing.random([row.label for row in bench.rows], params.split.folds, params.split.seed)
    leaking = crossval.held_out(
        bank, dealt, params, None, partial(told, "cross-validation at random, for comparison")
    )
    return grouped, leaking


def _dealings(bench: _Bench) -> list[NDArray[np.intp]]:
    """The manifest's folds, and others by patient block: one dealing alone is good or bad luck."""
    count, seed = int(bench.folds.max()) + 1, bench.params.split.seed
    more = range(seed + 1, seed + bench.params.split.dealings)
    return [bench.folds, *(selection.dealt_anew(bench.rows, count, other) for other in more)]


def _answers(bench: _Bench, bank: Bank, grouped: Held, leaking: Held) -> dict[str, Answers]:
    rows = [row for row, kept in zip(bench.rows, bank.reported, strict=True) if kept]
    return {
        "grouped_cv": grouped.answers(bench.labels, rows),
        "random_cv": leaking.answers(bench.labels, rows),
    }
