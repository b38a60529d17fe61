"""Training jobs as their folders would be, written through `core.jobs`, in every state."""

import json
import math
import shutil
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.config.params import Params, checked
from core.jobs import liveness, process, records
from core.jobs.job import Job
from core.models.bundle import load, write_card
from core.training.history import HEAD, TUNING, Epoch
from core.training.runner import QUEUE, WORKER


def job(
    var: Path,
    number: int,
    state: str = "succeeded",
    *,
    title: str = "",
    dataset: str = "kidney-4",
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    events: Sequence[Mapping[str, Any]] = (),
    log: str = "",
    ago: float = 600.0,
    pid: int | None = None,
    **fields: Any,
) -> str:
    """Write a job's folder.

    Args:
        var: The folder below which jobs lie.
        number: Counts jobs; a later one is a later job.
        state: Of the job.
        title: What a person called it.
        dataset: The set.
        changes: Of the default recipe, by section.
        events: Lines of events.jsonl.
        log: All of log.txt.
        ago: Seconds since it was asked for.
        pid: Of the worker of one that runs, the leader of its own group.
        fields: Others of `Job`.

    Returns:
        Its id.
    """
    now = time.time()
    own = f"{datetime.fromtimestamp(now - ago, UTC):%Y%m%d-%H%M%S}-{number:06d}-abcd"
    place = var / "jobs" / own
    place.mkdir(parents=True)
    recipe: Params = checked(dict(changes or {}))
    request = {"dataset": dataset, "params": recipe.model_dump(mode="json"), "out": None, "title": title}
    finished = state not in ("queued", "running")
    worker = pid if state == "running" else None
    assert state != "running" or worker, "a job that runs needs a worker that may be stopped"
    seen = process.look(worker) if worker else None
    records.keep(place, Job(
        id=own, worker=WORKER, queue=QUEUE, state=state, created=now - ago, machine=process.here(),
        pid=worker, birth=seen.birth if seen else "", pulse=time.monotonic(), heartbeat=now,
        **{
            "request": {**request, **fields.pop("request", {})},
            "started": None if state == "queued" else now - ago + 5,
            "ended": now - ago / 2 if finished else None,
            **fields,
        },
    ))  # fmt: skip
    liveness.beat(place)
    (place / records.LOG).write_text(log, encoding="utf-8")
    lines = (json.dumps(dict(event)) for event in events)
    (place / records.EVENTS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return own


def epochs(
    count: int, of: int = 20, head: int = 5, branch: str = "", better: float = 0.0
) -> list[dict[str, Any]]:
    """Events of so many epochs, the validation best at two thirds of them all.

    Args:
        count: How many are done.
        of: How many there are at most.
        head: Of them, before the backbone is tuned.
        branch: Whose they are.
        better: Added to every share that is right.
    """
    made, best = [], -1.0
    for number in range(1, count + 1):
        learnt = 1 - math.exp(-number / 6)
        turn = max(0.0, number - of * 2 / 3) * 0.012
        f1 = 0.35 + 0.4 * learnt - turn + better
        metrics = {
            "train_loss": 1.3 * math.exp(-number / 7) + 0.1, "train_accuracy": 0.4 + 0.55 * learnt,
            "val_loss": 1.35 * math.exp(-number / 9) + 0.45 + turn, "val_accuracy": f1 + 0.04,
            "val_macro_f1": f1, "learning_rate": (1e-3 if number <= head else 3e-5) * (1.02 - number / of),
            "images_per_s": 118.0,
        }  # fmt: skip
        stage = HEAD if number <= head else TUNING
        made.append(Epoch(number, of, stage, metrics, 2.0, f1 > best, branch).event())
        best = max(best, f1)
    return made


def bundle(tiny: Path, target: Path, name: str, **metrics: Any) -> str:
    """Copy a bundle under another name, with figures of its own; as a job's result names it."""
    shutil.copytree(tiny, target)
    write_card(
        target, load(target).card.model_copy(update={"name": name, "version": "1", "metrics": metrics})
    )
    return str(target)


def split(
    value: float, labels: Sequence[str] = ("Cyst", "Normal", "Stone", "Tumor"), **more: Any
) -> dict[str, Any]:
    """Figures of one split, as `core.evaluation.report` has them."""
    ranged = {"value": value, "low": value - 0.06, "high": value + 0.05}
    count = len(labels)
    return {
        "macro_f1": ranged, "accuracy": {**ranged, "value": value + 0.02, "high": value + 0.07},
        "balanced_accuracy": ranged, "auc": 0.9, "brier": 0.3, "ece": 0.04, "ece_before": 0.09,
        "slices": 100 * count, "groups": 12 * count, "folds": 1, "leaks": False, "dealings": [value],
        "labels": list(labels),
        "per_class": {
            one: {"precision": value, "recall": value - 0.02, "f1": value - 0.01, "auc": 0.91, "slices": 100}
            for one in labels
        },
        "confusion": [[70 if a == b else 30 / (count - 1) for b in range(count)] for a in range(count)],
        "reliability": [{"low": 0.0, "high": 1.0, "mean": 0.7, "accuracy": 0.71, "count": 400}],
        **more,
    }  # fmt: skip
