"""Runs with answers worked by hand, in memory and as a real store has them."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from core.comparison import loading
from core.comparison.loading import Details
from core.config.settings import Settings
from core.evaluation import answers as tables
from core.evaluation import curves, report
from core.evaluation.answers import Answers
from core.tracking import store
from core.tracking.figures import flat
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Run

LABELS = ("Cyst", "Stone")
TRUTH = (0, 0, 0, 0, 1, 1, 1, 1)
GROUPS = ("p", "p", "q", "q", "r", "r", "s", "s")
GOOD = (0.9, 0.8, 0.7, 0.6, 0.2, 0.1, 0.3, 0.4)
"""Probability of Cyst: all right."""
POOR = (0.9, 0.3, 0.7, 0.1, 0.2, 0.9, 0.3, 0.6)
"""Half of them right, the first of each block."""
SIX = {"truth": (*TRUTH, 0, 0, 1, 1), "groups": (*GROUPS, "t", "t", "u", "u")}
"""Two patient blocks more, which makes enough of them to tell chance from more."""
GOOD_OF_SIX = (*GOOD, 0.9, 0.8, 0.2, 0.1)
POOR_OF_SIX = (*POOR, 0.9, 0.3, 0.2, 0.9)
MARKUP = '<script>alert(1)</script> & "x" $x^2$ \u202eevil'


def answered(
    cyst: Sequence[float] = GOOD,
    labels: tuple[str, ...] = LABELS,
    truth: Sequence[int] = TRUTH,
    groups: Sequence[str] = GROUPS,
    first: int = 0,
    dealing: Sequence[int] | None = None,
) -> Answers:
    """Slices 0, 1, 2 and so on, with these probabilities of the first class."""
    count = len(cyst)
    chances = np.array([[one, 1 - one] for one in cyst])
    slices = [f"{first + at % len(truth):064x}" for at in range(count)]
    several = -(-count // len(truth))
    return Answers(
        labels,
        np.array(slices),
        np.array(list(groups) * several)[:count],
        np.array(list(truth) * several, np.intp)[:count],
        chances,
        np.zeros(count, np.intp) if dealing is None else np.array(dealing, np.intp),
    )


def details(
    one: Answers | None = None,
    split: str = "grouped_test",
    name: str = "run",
    number: int = 1,
    scored: bool = True,
    **fields: Any,
) -> Details:
    """A run as `loading` gives it.

    Args:
        one: What it answered.
        split: On which split.
        name: The run's.
        number: Makes its id.
        scored: Whether it logged scores.json too.
        fields: Others of `Run`.
    """
    tags = ({"studio.split": split} if split else {}) | fields.pop("tags", {})
    run = Run(f"{number:032x}", name, "small", "finished", tags=tags, **fields)
    if one is None:
        return Details(run, missing=("scores.json", "answers.csv"))
    scores = {"metrics": {split: figures(one, split)}, "curves": {split: curves.of(one)}} if scored else {}
    return Details(run, json.loads(json.dumps(scores)), {split: one})


def figures(one: Answers, split: str = "grouped_test") -> dict[str, Any]:
    """What a training of ours says of answers; drawn anew once alone."""
    key = (split, one.labels, *(part.tobytes() for part in (one.probabilities, one.truth, one.groups)))
    if key not in _figures:
        _figures[key] = _measured(one, split)
    return copy.deepcopy(_figures[key])


_figures: dict[Any, dict[str, Any]] = {}


def _measured(one: Answers, split: str) -> dict[str, Any]:
    logits = np.log(np.maximum(one.probabilities, 1e-9))
    return report.split_figures(
        one.labels, one.truth, one.probabilities, logits, one.groups.tolist(), folds=1,
        leaks=split.startswith("random"), dealings=one.dealing if one.times > 1 else None,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    loading.forget()
    yield
    loading.forget()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A store with the runs that `ids` names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        here = Settings(var=tmp_path_factory.mktemp("comparison") / "var")
        _fill(here)
        yield here


@pytest.fixture(scope="session")
def reader(settings: Settings) -> Reader:
    return Reader(settings)


@pytest.fixture
def run(reader: Reader) -> Callable[[str], Run]:
    """A run of the store by its name."""
    from core.tracking.runs.values import Query

    found = {one.name: one for one in reader.runs(Query())}
    return lambda name: found[name]


def _fill(here: Settings) -> None:
    client = store.client(here)
    place = store.experiment(client, "small", here)
    for name, cyst in (("good", GOOD_OF_SIX), ("poor", POOR_OF_SIX), (MARKUP, POOR_OF_SIX)):
        own = _begun(client, place, name, **{"training.seed": "0", "training.learning_rate": "1e-3"})
        _logged(client, own, answered(cyst, **SIX))
        client.set_terminated(own)
    client.set_terminated(_begun(client, place, "bare", lr="0.1"))
    broken = _begun(client, place, "broken")
    client.log_text(broken, "{no json", "scores.json")
    client.log_text(broken, "[1, 2]", "environment.json")
    client.log_text(broken, "split,dealing\n1,2\n", "answers.csv")
    client.set_terminated(broken)
    _begun(client, place, "live")


def _begun(client: Any, place: str, name: str, **parameters: str) -> str:
    own = str(client.create_run(place, run_name=name, tags={"studio.dataset": "small"}).info.run_id)
    for key, value in parameters.items():
        client.log_param(own, key, value)
    return own


def _logged(client: Any, own: str, one: Answers) -> None:
    """All that a training of ours logs in files."""
    from mlflow.entities import Metric

    metrics = {"grouped_test": figures(one)}
    scores = {"metrics": metrics, "curves": {"grouped_test": curves.of(one)}}
    client.log_text(own, json.dumps(scores), "scores.json")
    client.log_text(own, tables.render({"grouped_test": one}), "answers.csv")
    client.log_dict(own, {"python": "3.11", "packages": {"numpy": "2.4"}}, "environment.json")
    client.set_tag(own, "studio.split", "grouped_test")
    last = [Metric(name, value, 1, 0) for name, value in flat(metrics).items()]
    client.log_batch(own, [*last, *(Metric("val_loss", 1 / step, step, step) for step in range(1, 4))])
