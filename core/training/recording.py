"""A job's training with its run in MLflow, from the parameters to the bundle and ``scores.json``."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import copyfile
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from core.config.params import Params
from core.config.settings import Settings
from core.data import sets
from core.errors import StudioError
from core.evaluation import answers
from core.evaluation import report as figures
from core.jobs import records
from core.jobs.reporter import Cancelled, Reporter
from core.storage import write_text
from core.tracking import environment, pictures
from core.tracking.figures import flat
from core.tracking.recorder import Recorder
from core.training import history, recipe, revision, same_data
from core.training.history import HEAD, TUNING, Epoch
from core.training.made import Made
from core.training.reporting import JobRun
from core.training.request import Request
from core.training.search.search import search
from core.training.task import Task
from core.training.timing import pace

_DELIVERY_S = 60.0
"""For what MLflow has not got by the end; the rest is delivered later (`core.tracking.delivery`)."""
_LATE = (
    "The run isn't in MLflow yet: it has given no answer so far. Everything is kept with the job and "
    "delivered once it does."
)


def recorded(request: Request, report: Reporter, settings: Settings) -> dict[str, Any]:
    """Train as a job asks.

    Args:
        request: What is to be done.
        report: The job's.
        settings: Where data and caches lie.

    Returns:
        The job's result.

    Raises:
        StudioError: It can't be trained, or what came out is no use.
    """
    version = report.job.id
    target = request.out or settings.var / "models" / f"{request.dataset}-{version}"
    task = Task(request.dataset, version, sets.folder(request.dataset, settings), target)
    with _recorder(request, report, settings) as recorder:
        try:
            result = _trained(request, task, report, recorder, settings)
        except BaseException as error:
            recorder.finish("killed" if isinstance(error, Cancelled) else "failed")
            raise
        recorder.finish("finished")
        # a cancel that comes now only stops the waiting: the model is there, the rest is delivered later
        with suppress(Cancelled):
            report("telling MLflow", 1.0)
            recorder.close(_DELIVERY_S)
        report.tell(warning=recorder.trouble or ("" if recorder.delivered else _LATE))
        return {**result, "run_id": recorder.run_id}


def _recorder(request: Request, report: Reporter, settings: Settings) -> Recorder:
    tags = {
        "studio.dataset": request.dataset,
        "studio.kind": "search" if request.sweep else "training",
        "mlflow.source.git.commit": revision.current(),
    }
    return Recorder(
        report.folder, settings, experiment=request.dataset, name=request.name, job=report.job.id, tags=tags
    )


def _trained(
    request: Request, task: Task, report: Reporter, recorder: Recorder, settings: Settings
) -> dict[str, Any]:
    params, best = request.params, None
    _taken_up(task, report, settings)
    if request.sweep:
        outside = JobRun(report, recorder, params, request.sweep.trials + 1)
        best = search(request.sweep, task, params, settings, outside)
        params = best.params
    else:
        outside = JobRun(report, recorder, params, recipe.branches(params))
    recorder.parameters(params.model_dump(mode="json"))
    made = recipe.run(task, params, settings, outside)
    result = _kept(made, report, recorder, settings)
    if best:
        result["best"] = {"value": best.value, "changes": best.changes, "trial": best.trial}
    if made.stopped == "diverged":
        raise _diverged(made)
    return result


def _taken_up(task: Task, report: Reporter, settings: Settings) -> None:
    """See that what was done before a break still fits, and say how far that was."""
    before = _history(report, settings)
    same_data.see(report.folder, task.data, begun=bool(before))
    if before:
        last = list(before.values())[-1][-1]
        report.tell(epoch=last.number, epochs=last.epochs)


def _kept(made: Made, report: Reporter, recorder: Recorder, settings: Settings) -> dict[str, Any]:
    """Write the scores down and log all that came out."""
    bundle, card = made.bundle, made.bundle.card
    kind, honest = figures.honest(card.metrics)
    scores = report.folder / figures.FILE
    epochs, curves = _history(report, settings), made.curves()
    write_text(scores, json.dumps(_scores(made, curves, report.job.id, epochs), indent=2) + "\n")
    write_text(report.folder / answers.FILE, answers.render(made.answers))
    recorder.metrics(flat(card.metrics), step=0)
    tags = {"bundle": bundle.digest, "manifest": card.data["manifest"], "split": kind}
    recorder.tags({f"studio.{name}": value for name, value in tags.items()})
    recorder.artefact(scores)
    recorder.artefact(report.folder / answers.FILE)
    recorder.document("environment.json", environment.describe(card.code_revision))
    recorder.pictures(pictures.all_of(honest, curves[kind]["roc"]), "figures")
    _keep_log(report, recorder)
    recorder.model(bundle.path)
    _teach(epochs, Params.model_validate(card.data["params"]), settings)
    return {
        "bundle": str(bundle.path),
        "name": bundle.ref.name,
        "version": bundle.ref.version,
        "digest": bundle.ref.digest,
        "macro_f1": honest["macro_f1"],
        "epochs_done": made.epochs,
        "stopped": made.stopped,
        "scores": str(scores),
    }


def _keep_log(report: Reporter, recorder: Recorder) -> None:
    """The log as it is so far, by the job's name."""
    with TemporaryDirectory() as made:
        named = Path(made) / f"{report.job.id}.log"
        copyfile(report.folder / records.LOG, named)
        recorder.artefact(named, "log")


def _history(report: Reporter, settings: Settings) -> dict[str, list[Epoch]]:
    """The epochs so far, by branch."""
    return history.read(records.events(report.job.id, settings))


def _teach(epochs: Mapping[str, Sequence[Epoch]], params: Params, settings: Settings) -> None:
    """Keep how fast epochs went here, for the next estimate."""
    paces: dict[str, float] = {}
    for stage in (HEAD, TUNING):
        found = [
            one.metrics["images_per_s"]
            for several in epochs.values()
            for one in several
            if one.stage == stage
        ]
        if found:
            paces[stage] = median(found)
    tuning = {pace.mode(params): paces[TUNING]} if TUNING in paces else {}
    seen = pace.Figures(head=paces.get(HEAD), tuning=tuning)
    pace.learn(settings, params.model.backbone, params.model.size, seen)


def _scores(
    made: Made, curves: Mapping[str, Any], job: str, epochs: Mapping[str, Sequence[Epoch]]
) -> dict[str, Any]:
    """All that was measured, for a program."""
    card = made.bundle.card
    return {
        "job": job,
        "model": {"name": card.name, "version": card.version, "digest": made.bundle.digest},
        "code_revision": card.code_revision,
        "stopped": made.stopped,
        "epochs_done": made.epochs,
        "temperature": card.temperature,
        "data": card.data,
        "metrics": card.metrics,
        "curves": curves,
        "history": {branch: [one.event() for one in several] for branch, several in epochs.items()},
    }


def _diverged(made: Made) -> StudioError:
    return StudioError(
        f"The loss was no number any more after epoch {made.epochs}, at a learning rate of {made.rate:.2g}. "
        f"The weights of the best epoch before are in {made.bundle.path.name}, measured. Clone the run with "
        "a smaller learning rate, or set training.clip_norm.",
        "diverged",
    )
