"""Stores of runs made through MLflow's own client: many alike quickly, and the odd ones."""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from core.config.settings import Settings
from core.tracking import store

METRICS: Final = (
    "train_loss", "validation_loss", "train_accuracy", "validation_accuracy", "test_macro_f1", "test_ece",
)  # fmt: skip
STARTED: Final = 1_750_000_000_000
"""When the first run began, milliseconds since 1970; each later one a minute after the one before."""
LONG_NAME: Final = ("<script>alert(1)</script> **bold** [link](http://x) $x^2$ :red[no] `a`|b " * 8)[:500]
ODD_METRICS: Final = ("val loss/at 10 percent", "a/b/c", "f1 - class.Stone")


def value(run: int, metric: str, point: int, points: int) -> float:
    """What `make` logs: losses fall and the rest rises, a little otherwise in each run."""
    along = (point + 1) / points
    if any(word in metric for word in ("loss", "ece")):
        return 0.2 + 0.8 * math.exp(-3 * along) + 0.001 * (run % 50)
    return 0.5 + 0.4 * along - 0.002 * (run % 50)


def make(
    settings: Settings,
    runs: int = 12,
    metrics: Sequence[str] = METRICS,
    points: int = 5,
    experiment: str = "kidney",
    first: int = 0,
) -> list[str]:
    """Fill the store with finished runs as trainings leave them, but without files.

    Run ``i`` is called ``run 00i``; every third learnt with ``resnet50``, every fifth leaks.

    Args:
        settings: Where.
        runs: How many.
        metrics: Logged by each, every one as often as `points` says.
        points: Steps 0 to ``points - 1``, a second apart.
        experiment: Made if missing.
        first: The number of the first run.

    Returns:
        Their ids, the first first.
    """
    client = store.client(settings)
    place = store.experiment(client, experiment, settings)
    return [_one(client, place, first + i, metrics, points, experiment) for i in range(runs)]


def _one(client: Any, place: str, i: int, metrics: Sequence[str], points: int, dataset: str) -> str:
    from mlflow.entities import Metric, Param, RunTag

    began = STARTED + 60_000 * i
    leaks = i % 5 == 4
    tags = {
        "mlflow.user": "us",
        "studio.job": f"20250101-000000-000000-{i:04x}",
        "studio.dataset": dataset,
        "studio.kind": "training",
        "studio.split": "random" if leaks else "grouped_test",
        "studio.leaks": str(leaks).lower(),
    }
    parameters = {
        "model.backbone": ("mobilenet_v2", "mobilenet_v2", "resnet50")[i % 3],
        "training.learning_rate": f"{10 ** -(2 + i % 3):g}",
        "training.epochs": str(points),
        "training.seed": str(i),
    }
    run = client.create_run(place, start_time=began, run_name=f"run {i:03d}", tags=tags).info.run_id
    logged = [
        Metric(name, value(i, name, point, points), began + 1000 * point, point)
        for name in metrics
        for point in range(points)
    ]
    client.log_batch(
        run, logged[:1000], [Param(*one) for one in parameters.items()], [RunTag("seed", str(i))]
    )
    for start in range(1000, len(logged), 1000):
        client.log_batch(run, logged[start : start + 1000])
    client.set_terminated(run, "FINISHED", began + 1000 * points)
    return str(run)


def odd(settings: Settings, experiment: str = "theirs") -> dict[str, str]:
    """Runs as other programs, accidents and people leave them.

    Args:
        settings: Where.
        experiment: Made if missing.

    Returns:
        Ids by what is odd: foreign, empty, nan, running, failed, deleted, parent, child, grandchild,
        lost (its parent is not there), long (its name), metric (names of metrics), parameter (6,000
        characters), again (a step logged three times), files.
    """
    from mlflow.entities import Metric

    client = store.client(settings)
    place = store.experiment(client, experiment, settings)

    def begun(name: str | None, **tags: str) -> str:
        return str(client.create_run(place, run_name=name, tags=tags).info.run_id)

    found = {name: begun(name) for name in ("foreign", "empty", "nan", "running", "failed", "deleted")}
    # other databases than SQLite refuse longer names
    room = 500 if store.uri(settings).startswith("sqlite") else 250
    found |= {"long": begun(LONG_NAME[:room]), "metric": begun("metric"), "parameter": begun("parameter")}
    found |= {"again": begun("again"), "parent": begun("parent"), "files": begun("files")}
    found["child"] = begun("child", **{"mlflow.parentRunId": found["parent"]})
    found["grandchild"] = begun("grandchild", **{"mlflow.parentRunId": found["child"]})
    found["lost"] = begun("lost", **{"mlflow.parentRunId": "0" * 32})
    now = round(1000 * time.time())
    client.log_metric(found["foreign"], "accuracy", 0.9)
    client.log_param(found["foreign"], "lr", "0.1")
    _not_numbers(client, found["nan"], now)
    client.log_batch(found["metric"], [Metric(name, 0.5, now, 0) for name in ODD_METRICS])
    client.log_param(found["parameter"], "long", "<b>x</b> " * 600 + "y" * 600)
    client.log_batch(found["again"], [Metric("loss", 0.1 * i, now + i, i // 3) for i in range(9)])
    client.log_batch(found["running"], [Metric("train_loss", 1 / (1 + i), now, i) for i in range(3)])
    _files(client, found["files"])
    for name, run in found.items():
        if name != "running":
            client.set_terminated(run, "FAILED" if name == "failed" else "FINISHED")
    client.delete_run(found["deleted"])
    return found


def often(
    settings: Settings, times: int = 100_000, metric: str = "batch_loss", experiment: str = "often"
) -> str:
    """A run that logged one metric very many times.

    Args:
        settings: Where.
        times: How often: steps 0, 1, 2 and so on, of value ``step % 1000``.
        metric: Its name.
        experiment: Made if missing.

    Returns:
        Its id.
    """
    from mlflow.entities import Metric

    client = store.client(settings)
    place = store.experiment(client, experiment, settings)
    run = str(client.create_run(place, run_name="often").info.run_id)
    for start in range(0, times, 1000):
        steps = range(start, min(start + 1000, times))
        client.log_batch(run, [Metric(metric, float(i % 1000), STARTED + i, i) for i in steps])
    client.set_terminated(run)
    return run


def _not_numbers(client: Any, run: str, now: int) -> None:
    from mlflow.entities import Metric

    values = (0.5, math.nan, math.inf, -math.inf, 0.25)
    client.log_batch(run, [Metric("loss", one, now, i) for i, one in enumerate(values)])
    client.log_batch(run, [Metric("only nan", math.nan, now, 0), Metric("endless", math.inf, now, 0)])


def _files(client: Any, run: str) -> None:
    client.log_text(run, "hello <b>you</b>\n", "notes/read me.txt")
    client.log_dict(run, {"a": [1, 2]}, "scores.json")
    client.log_text(run, "", "empty.txt")


def database(settings: Settings) -> Path:
    """The database's file."""
    return settings.var / store.DATABASE
