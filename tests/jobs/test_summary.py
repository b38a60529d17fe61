import json
import math

from core.jobs import summary
from core.jobs.job import Job


def test_what_a_training_told_last_counts() -> None:
    at_work = Job(id="a", worker="w", facts={"epoch": 3, "epochs": 20, "run_id": "7f"})
    told = summary.fields(at_work)
    assert (told["epoch"], told["epochs"], told["run_id"], told["state"]) == (3, 20, "7f", "queued")
    done = Job(id="a", worker="w", result={"run_id": "7f", "epochs_done": 12})
    assert (summary.fields(done)["epoch"], summary.fields(done)["run_id"]) == (None, "7f")


def test_other_jobs_have_the_same_fields() -> None:
    told = summary.fields(Job(id="a", worker="w"))
    assert {"id", "state", "pid", "phase", "epoch", "epochs", "run_id", "reason", "attempts"} <= told.keys()
    assert told["run_id"] is None


def test_a_loss_that_is_no_number_is_null_to_json() -> None:
    (event,) = summary.happened([{"epoch": 1, "metrics": {"loss": math.nan, "accuracy": 0.5}}])
    assert json.loads(json.dumps(event, allow_nan=False))["metrics"] == {"loss": None, "accuracy": 0.5}
