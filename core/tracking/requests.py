"""Entries of an outbox as requests to MLflow."""

from collections.abc import Iterator
from typing import Any

from core.tracking import entries
from core.tracking.outbox import Line

ITEMS = {entries.METRICS: 1000, entries.PARAMETERS: 100, entries.TAGS: 100}
"""What one request may hold."""
_LINES = 200
"""Entries that one request is made of at most."""


def batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """Neighbours of one kind that go in one request; others alone.

    Args:
        lines: Of an outbox, in order.
    """
    batch: list[Line] = []
    for line in lines:
        kind = line.entry.get("kind")
        same = bool(batch) and kind == batch[0].entry.get("kind") and kind in ITEMS
        if batch and not (same and len(batch) < _LINES):
            yield batch
            batch = []
        batch.append(line)
    if batch:
        yield batch


def items(entry: Any) -> list[Any]:
    """What an entry of `ITEMS` holds, as MLflow's own values.

    Args:
        entry: Its fields.
    """
    from mlflow.entities import Metric, Param, RunTag

    values = entry["values"]
    if entry["kind"] == entries.METRICS:
        return [
            Metric(name, float("nan") if value is None else value, entry["at"], entry["step"])
            for name, value in values.items()
        ]
    make = Param if entry["kind"] == entries.PARAMETERS else RunTag
    return [make(name, value) for name, value in values.items()]


def found(client: Any, experiment: str, start: Any) -> str | None:
    """The run of an outbox that was made before it could be noted; a deleted one is found too.

    Args:
        client: MLflow's.
        experiment: The experiment's id.
        start: The outbox's first entry.
    """
    from mlflow.entities import ViewType

    name = start["tags"][entries.OUTBOX]
    runs = client.search_runs([experiment], f"tags.`{entries.OUTBOX}` = '{name}'", ViewType.ALL, 1)
    return str(runs[0].info.run_id) if runs else None


def made(client: Any, experiment: str, start: Any, parent: str | None) -> str:
    """A new run, and its id.

    Args:
        client: MLflow's.
        experiment: The experiment's id.
        start: The outbox's first entry.
        parent: The run that it is a part of, where the entry names none.
    """
    above = start["parent"] or parent
    tags = start["tags"] | ({"mlflow.parentRunId": above} if above else {})
    run = client.create_run(experiment, start["at"], tags, start["name"])
    return str(run.info.run_id)
