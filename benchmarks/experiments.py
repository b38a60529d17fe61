"""Reading 1,000 runs x 6 metrics x 50 points: the first table, 20 curves, and a second look at them."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from time import process_time

from benchmarks import measure
from core.config.settings import Settings
from core.tracking import store
from core.tracking.runs.histories import BYTES
from core.tracking.runs.reader import Reader
from core.tracking.runs.thinning import thinned
from core.tracking.runs.values import Query
from tests.support import runs as made

RUNS, POINTS, CURVES, OFTEN = 1_000, 50, 20, 100_000
DRAWN = 2_000
METRIC = "test_macro_f1"
TARGET_MS, FASTER = 1_000, 5.0


def fill(here: Settings) -> None:
    """The store, through MLflow's own client."""
    made.make(here, RUNS, points=POINTS)
    made.often(here, OFTEN)


def tables(here: Settings) -> dict[str, float]:
    """From nothing to all runs with the best value of a metric, and the same again."""
    # opens MLflow and the database, which a process does once
    Reader(here).experiments()
    reader = Reader(here)

    def whole() -> None:
        found = reader.runs(Query(("kidney",)))
        assert len(reader.summaries(found, METRIC)) == RUNS

    page = Reader(here)
    first_page = measure.milliseconds(lambda: page.page(Query(("kidney",))))
    before = process_time()
    first = measure.milliseconds(whole)
    return {
        "first_page_of_200_ms": first_page,
        "first_table_of_1000_ms": first,
        "first_table_processor_ms": 1000 * (process_time() - before),
        "table_again_ms": measure.milliseconds(whole),
    }


def curves(here: Settings) -> dict[str, float]:
    """20 curves and all 6,000, first and again, against asking MLflow for each."""
    reader = Reader(here)
    client = store.client(here, create=False)
    runs = reader.runs(Query(("kidney",)))
    few = runs[:CURVES]
    loop = measure.milliseconds(
        lambda: [client.get_metric_history(run.id, name) for run in few for name in made.METRICS]
    )
    one = measure.milliseconds(lambda: reader.histories(few, [METRIC]))
    first = measure.milliseconds(lambda: reader.histories(few, made.METRICS))
    again = measure.median(
        [measure.milliseconds(lambda: reader.histories(few, made.METRICS)) for _ in range(20)]
    )
    every = measure.milliseconds(lambda: reader.histories(runs, made.METRICS))
    return {
        "curves_20_first_ms": one,
        "curves_120_loop_of_get_metric_history_ms": loop,
        "curves_120_first_ms": first,
        "curves_120_again_ms": again,
        "first_faster_than_loop": loop / first,
        "again_faster_than_loop": loop / again,
        "curves_6000_first_ms": every,
        "kept_mb": reader._histories.bytes / 1024**2,
    }


def often(here: Settings) -> dict[str, float]:
    """A metric logged 100,000 times, read and thinned for drawing."""
    reader = Reader(here)
    (run,) = reader.runs(Query(("often",)))
    read = measure.milliseconds(lambda: reader.histories([run], ["batch_loss"]))
    history = reader.histories([run], ["batch_loss"])[run.id, "batch_loss"]
    assert history.whole and len(history.values) == OFTEN
    return {
        "logged_100000_times_ms": read,
        "thinned_to": len(thinned(history, DRAWN).values),
        "thinned_ms": measure.milliseconds(lambda: thinned(history, DRAWN)),
    }


def main() -> None:
    """Measure and print."""
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    place = Path(tempfile.mkdtemp())
    try:
        # a store that was filled before may be named: to fill one takes minutes
        here = Settings(var=Path(sys.argv[1]) if sys.argv[1:] else place / "var")
        if not store.there(here):
            here.var.mkdir(parents=True, exist_ok=True)
            fill(here)
        found = tables(here) | curves(here) | often(here)
    finally:
        shutil.rmtree(place)
    measure.row(
        "experiments",
        runs=RUNS,
        metrics=len(made.METRICS),
        points=POINTS,
        **found,
        kept_mb_at_most=BYTES / 1024**2,
        first_table_at_most_ms=TARGET_MS,
        again_at_least_faster=FASTER,
        met=found["first_table_of_1000_ms"] < TARGET_MS
        and found["curves_20_first_ms"] < TARGET_MS
        and found["again_faster_than_loop"] >= FASTER,
    )


if __name__ == "__main__":
    main()
