"""A run as a job and in MLflow: what is told goes to the job's folder first, and from there to both."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.config.params import Params
from core.jobs.reporter import Progress, Reporter
from core.jobs.steps import Step, Steps
from core.tracking.figures import flat
from core.tracking.recorder import Recorder
from core.training.history import Epoch

CHECKPOINTS = "checkpoint"
_log = logging.getLogger(__name__)
_LAST = 0.96
"""Share of all that is done when the last training is: then the bundle is written."""


class JobRun:
    """A run's way to the outside (`core.training.run.Run`).

    Args:
        report: The job's.
        recorder: Of its run in MLflow.
        params: The recipe.
        branches: How many trainings it has.
    """

    def __init__(self, report: Reporter, recorder: Recorder, params: Params, branches: int) -> None:
        self._report = report
        self._recorder = recorder
        self._params = params
        self._branches = branches
        self._begun = 0
        self._rest = Steps(self._part(0.0, 1.0), [Step("", _LAST), Step("writing the bundle", 1 - _LAST)])

    @property
    def folder(self) -> Path:
        return self._report.folder

    def progress(self, what: str, share: float) -> None:
        self._rest(what, share)

    def event(self, **fields: Any) -> None:
        self._report.event(**fields)

    def facts(self, **facts: object) -> None:
        self._report.tell(**facts)

    @contextmanager
    def branch(
        self, name: str, params: Params, *, tags: Mapping[str, str] | None = None
    ) -> Iterator["JobBranch"]:
        """One of the trainings; in MLflow it is a run of its own, below the job's."""
        recorder = self._recorder.child(name, tags=dict(tags or {})) if name else self._recorder
        if name:
            recorder.parameters(params.model_dump(mode="json"))
        low = _LAST * self._begun / self._branches
        self._begun = min(self._begun + 1, self._branches - 1)
        progress = Steps(self._part(low, low + _LAST / self._branches), _steps(self._params))
        self._report.tell(branch=name)
        try:
            yield JobBranch(self._report, recorder, progress, name)
        except BaseException as error:
            if name:
                # a cancel and a trial given up are no failures
                recorder.finish("failed" if isinstance(error, Exception) else "killed")
            raise
        if name:
            recorder.finish("finished")

    def _part(self, low: float, high: float) -> Progress:
        """A part of the job's progress, and the run's name in MLflow as soon as there is one."""
        tell = self._report.part(low, high)

        def told(what: str, share: float) -> None:
            if not self._report.job.facts.get("run_id") and (run := self._recorder.run_id):
                self._report.tell(run_id=run)
            tell(what, share)

        return told


class JobBranch:
    """One training of it (`core.training.run.Branch`)."""

    def __init__(self, report: Reporter, recorder: Recorder, progress: Progress, name: str) -> None:
        self._report = report
        self._recorder = recorder
        self._progress = progress
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    @property
    def checkpoint(self) -> Path:
        return self._report.folder / CHECKPOINTS / (self._name.replace(" ", "-") or "whole")

    def progress(self, what: str, share: float) -> None:
        # the step is told apart by how the words begin, so the branch's name goes to the detail
        self._progress(what, share)

    def facts(self, **facts: object) -> None:
        self._report.tell(**facts, warning=self._recorder.trouble)

    def epoch(self, epoch: Epoch) -> None:
        self._report.event(**epoch.event())
        _log.info("%s", _line(epoch))
        self._recorder.metrics(epoch.metrics, step=epoch.number)

    def figures(self, figures: Mapping[str, Any], leaks: bool) -> None:
        self._recorder.metrics(flat({"random_test" if leaks else "grouped_test": figures}), step=0)


def _line(epoch: Epoch) -> str:
    """An epoch as the log has it."""
    found = epoch.metrics
    where = f"{epoch.branch}, " if epoch.branch else ""
    return (
        f"{where}{epoch.stage}, epoch {epoch.number} of {epoch.epochs}: loss {found['train_loss']:.4f}, "
        f"validation {found['val_loss']:.4f}, macro F1 {found['val_macro_f1']:.3f}, "
        f"{found['images_per_s']:,.0f} slices/s{', the best so far' if epoch.best else ''}"
    )


def _steps(params: Params) -> list[Step]:
    """The parts of one training, as wide as they take about."""
    training, copies = params.training, params.augmentation.copies
    if training.fit == "regression":
        variants, dealings = 1 + len(training.variants), params.split.dealings
        return [
            Step("loading the network", 5.0),
            Step("features", 10.0 * variants, variants),
            Step("cross-validation by patient block", 20.0 * dealings, dealings),
            Step("cross-validation at random", 20.0),
        ]
    tunes = training.unfreeze != "none"
    frozen = min(training.head_epochs, training.epochs) if tunes else training.epochs
    passes = 2 + copies if frozen else 0
    return [
        Step("loading the network", 5.0),
        Step("squares", 5.0),
        Step("features", 10.0 * passes, max(passes, 1)),
        Step("head", 0.2 * frozen),
        Step("tuning", 50.0 * (training.epochs - frozen)),
        Step("measuring", 10.0),
    ]
