"""A store of runs to hold against each other: with answers worked by hand, without, leaking, foreign."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.config.params import Split
from core.config.settings import Settings
from core.data import manifest, split
from core.data.ingest import ingest
from core.data.manifest import Row
from core.evaluation import answers as tables
from core.evaluation import curves, report
from core.evaluation.answers import Answers
from core.models.bundle import load
from core.tracking import store
from core.tracking.figures import flat
from tests.support import trainings
from tests.support.sets import write_set

LABELS: Final = ("Cyst", "Normal", "Stone", "Tumor")
NAME: Final = "<img src=x onerror=alert(1)> *big* [a](http://b) `c` $d$ " * 9
SET: Final = "mine"
RECIPE: Final = {"model.backbone": "mobilenet_v2", "training.learning_rate": "0.001", "model.size": "96"}


def make(here: Settings, tiny: Path, place: Path) -> dict[str, str]:
    """Fill a var folder: one data set of ten people and two classes, and runs on it.

    Args:
        here: Where.
        tiny: A bundle.
        place: A folder for the set's source.

    Returns:
        Ids by name: ``good`` (right on all 40 slices but those of the first person of each class),
        ``poor`` (wrong on every Normal), ``folds`` (as good, of folds' models), ``old`` (without
        answers), ``leaky``, ``foreign`` (of another program), ``far`` and ``farther`` (of a set that
        isn't here), ``lost`` (its model is nowhere), ``other`` (of other classes), ``live``, ``long`` (as
        poor; its name and a parameter are full of markup).
    """
    split.split(ingest(write_set(place / "source", patients=5), SET, here), Split())
    rows = sorted(manifest.read(here.var / "data" / SET), key=lambda row: row.path)
    good = answered(rows, wrong=_first_of_each(rows))
    poor = answered(rows, wrong=[row.path for row in rows if row.label == "Normal"], sure=0.7)
    ours = {"good": good, "poor": poor, "folds": good, "long": poor}
    found = {name: _trained(here, tiny, name, one, number) for number, (name, one) in enumerate(ours.items())}
    return found | _others(here, rows, good)


def answered(rows: Sequence[Row], wrong: Sequence[str], sure: float = 0.8) -> Answers:
    """Answers that are right, each with this probability, but for some slices, which are Stones to it."""
    truth = np.array([LABELS.index(row.label) for row in rows], np.intp)
    given = np.where([row.path in set(wrong) for row in rows], LABELS.index("Stone"), truth)
    chances = np.full((len(rows), len(LABELS)), (1 - sure) / (len(LABELS) - 1))
    chances[np.arange(len(rows)), given] = sure
    return Answers(
        LABELS,
        np.array([row.sha256 for row in rows]),
        np.array([row.group for row in rows]),
        truth,
        chances,
        np.zeros(len(rows), np.intp),
    )


def _first_of_each(rows: Sequence[Row]) -> list[str]:
    groups = {row.label: row.group for row in reversed(rows)}
    return [row.path for row in rows if row.group == groups[row.label]]


def _trained(here: Settings, tiny: Path, name: str, one: Answers, number: int) -> str:
    kind = "grouped_cv" if name == "folds" else "grouped_test"
    path = Path(trainings.bundle(tiny, here.var / "models" / name, name))
    job = trainings.job(here.var, number + 1, dataset=SET, result={"bundle": str(path)})
    tags = {"studio.job": job, "studio.bundle": load(path).digest, "studio.manifest": "ab" * 32}
    changes = {"good": {}, "long": {"training.learning_rate": "0.01", "note": NAME}}
    parameters = {**RECIPE, "training.learning_rate": "0.003", **changes.get(name, {})}
    if name == "good":
        parameters = dict(RECIPE)
    own = _begun(here, NAME[:500] if name == "long" else name, kind, SET, tags, parameters)
    _logged(here, own, {kind: one}, answers=True)
    return own


def _others(here: Settings, rows: Sequence[Row], good: Answers) -> dict[str, str]:
    client = store.client(here)
    found = {"old": _begun(here, "old", "grouped_test", SET, {"studio.job": "gone"}, RECIPE)}
    _logged(here, found["old"], {"grouped_test": good}, answers=False)
    found["leaky"] = _begun(here, "leaky", "random_test", SET, {"studio.leaks": "true"}, {})
    client.log_metric(found["leaky"], "test_macro_f1", 0.99)
    far = Answers(LABELS, np.array([f"{at:064x}" for at in range(len(rows))]), good.groups, good.truth,
                  good.probabilities, good.dealing)  # fmt: skip
    tags = {"studio.manifest": "cd" * 32, "studio.job": "far"}
    for name in ("far", "farther"):
        found[name] = _begun(here, name, "grouped_test", "away", tags, RECIPE)
        shown = far if name == "far" else answered(rows, wrong=[rows[0].path])
        moved = Answers(LABELS, far.slices, shown.groups, shown.truth, shown.probabilities, shown.dealing)
        _logged(here, found[name], {"grouped_test": moved}, answers=True)
    lost = {"studio.job": "lost", "studio.bundle": "ef" * 32}
    found["lost"] = _begun(here, "lost", "grouped_test", SET, lost, RECIPE)
    _logged(here, found["lost"], {"grouped_test": answered(rows, wrong=[rows[0].path])}, answers=True)
    binary = Answers(("no", "yes"), good.slices, good.groups, good.truth % 2, good.probabilities[:, :2],
                     good.dealing)  # fmt: skip
    found["other"] = _begun(here, "other", "grouped_test", SET, {}, RECIPE)
    _logged(here, found["other"], {"grouped_test": binary}, answers=True)
    found["foreign"] = _begun(here, "foreign", "", "theirs", {}, {"lr": "1e-3", "layers": "5"})
    client.log_metric(found["foreign"], "test_accuracy", 0.97)
    client.log_metric(found["foreign"], "loss", 0.25)
    found["live"] = _begun(here, "live", "", SET, {"studio.job": "now"}, {})
    client.update_run(found["live"], "RUNNING")
    return found


def _begun(
    here: Settings, name: str, kind: str, dataset: str, tags: Mapping[str, str], parameters: Mapping[str, str]
) -> str:
    client = store.client(here)
    place = store.experiment(client, dataset, here)
    split_tag = {"studio.split": kind} if kind else {}
    ours = {} if dataset == "theirs" else {"studio.dataset": dataset}
    made = client.create_run(place, run_name=name, tags={**ours, **split_tag, **tags})
    for key, value in parameters.items():
        client.log_param(made.info.run_id, key, value)
    client.set_terminated(made.info.run_id)
    return str(made.info.run_id)


def _logged(here: Settings, own: str, several: dict[str, Answers], *, answers: bool) -> None:
    from mlflow.entities import Metric

    client = store.client(here)
    metrics = {name: _figures(one, leaks=name.startswith("random")) for name, one in several.items()}
    scores: dict[str, Any] = {
        "metrics": metrics,
        "curves": {name: curves.of(one) for name, one in several.items()},
    }
    client.log_text(own, json.dumps(scores), "scores.json")
    client.log_dict(own, {"python": "3.11", "packages": {"numpy": "2.4"}}, "environment.json")
    client.log_batch(own, [Metric(name, value, 1, 0) for name, value in flat(metrics).items()])
    if answers:
        client.log_text(own, tables.render(several), tables.FILE)


def _figures(one: Answers, *, leaks: bool) -> dict[str, Any]:
    logits = np.log(np.maximum(one.probabilities, 1e-9))
    return report.split_figures(
        one.labels, one.truth, one.probabilities, logits, one.groups.tolist(), folds=1, leaks=leaks
    )
