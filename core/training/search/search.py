"""A search over parameters: trials that learn and validate, never test; the best recipe comes out."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.config.params import Params, checked
from core.config.settings import Settings
from core.errors import SettingsError, StudioError
from core.training import finetuning, parts
from core.training.finetuning import Bench
from core.training.history import Epoch
from core.training.run import Branch, Run
from core.training.search.sweep import Sweep, Values, changed, is_whole
from core.training.task import Task

if TYPE_CHECKING:
    from optuna import Study, Trial

STORE = "optuna.db"
VALUE = "val_macro_f1"
_UNPRUNED, _WARMUP = 4, 2
"""Trials, and epochs of each, before any is given up."""


@dataclass(frozen=True, slots=True)
class Best:
    """What a search found.

    Attributes:
        params: The whole recipe.
        changes: What of it was searched for, by ``section.field``.
        value: Its macro F1 on the validation.
        trial: Its number, from 1.
    """

    params: Params
    changes: Mapping[str, Any]
    value: float
    trial: int


class _Pruned(BaseException):
    """A trial isn't worth going on with."""


def search(sweep: Sweep, task: Task, params: Params, settings: Settings, outside: Run) -> Best:
    """Try recipes until there were enough or the time is over. A broken search goes on where it was.

    Args:
        sweep: What may vary.
        task: Which data.
        params: The rest of the recipe.
        settings: Where data and caches lie.
        outside: Told of every trial; its folder keeps the study.

    Returns:
        The best recipe.

    Raises:
        StudioError: No trial came to an end.
    """
    study = _study(sweep, outside.folder)
    begun = time.monotonic()
    while (number := _done(study)) < sweep.trials:
        if sweep.minutes and time.monotonic() - begun > 60 * sweep.minutes:
            break
        outside.facts(trial=number + 1, trials=sweep.trials)
        _try(study, sweep, Bench.of(task, params, settings), outside)
    return _best(study, params)


def _study(sweep: Sweep, folder: Path) -> "Study":
    """The search's own record, beside the job's; trials that a kill broke off are to be tried again."""
    import optuna
    from optuna.trial import TrialState

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    pruner = optuna.pruners.MedianPruner(_UNPRUNED, _WARMUP) if sweep.prune else optuna.pruners.NopPruner()
    study = optuna.create_study(
        storage=f"sqlite:///{folder / STORE}", study_name="search", load_if_exists=True, direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=sweep.seed), pruner=pruner,
    )  # fmt: skip
    for broken in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(broken.number, state=TrialState.FAIL)
        study.enqueue_trial(broken.params)
    return study


def _done(study: "Study") -> int:
    """Trials that came to an end of their own."""
    from optuna.trial import TrialState

    ended = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL))
    return sum(one.state != TrialState.FAIL or "reason" in one.user_attrs for one in ended)


def _try(study: "Study", sweep: Sweep, bench: Bench, outside: Run) -> None:
    from optuna.trial import TrialState

    trial = study.ask()
    number = trial.number + 1
    changes = {path: _suggested(trial, path, values) for path, values in sweep.space.items()}
    said: dict[str, Any] = {"trial": number, "params": changes}
    try:
        value = _value(bench, changes, trial, outside)
    except _Pruned:
        study.tell(trial, state=TrialState.PRUNED)
        outside.event(**said, state="pruned")
    except StudioError as error:
        # parameters that can't work together, or a loss that ran away: the next trial may do better
        trial.set_user_attr("reason", error.sentence)
        study.tell(trial, state=TrialState.FAIL)
        outside.event(**said, state="failed", reason=error.sentence)
    else:
        study.tell(trial, value)
        outside.event(**said, state="done", value=value)
        best = study.best_trial
        outside.facts(best={"trial": best.number + 1, "value": best.value, "changes": best.params})


def _value(bench: Bench, changes: Mapping[str, Any], trial: "Trial", outside: Run) -> float:
    """The validation's macro F1 in the best epoch of a recipe."""
    tried = Bench.of(bench.task, checked(changed(bench.params, changes)), bench.settings)
    tags = {f"studio.search.{path}": str(value) for path, value in changes.items()}
    with outside.branch(f"trial {trial.number + 1}", tried.params, tags=tags) as branch:
        _, trained = finetuning.learn(tried, parts.deal(tried.rows, tried.params), _Judged(branch, trial))
    if trained.stopped == "diverged":
        raise SettingsError("The loss ran away. Choose a smaller learning rate.", "diverged")
    return float(trained.history[trained.best - 1].metrics[VALUE])


class _Judged:
    """A trial's branch, given up where the others did better by the same epoch."""

    def __init__(self, branch: Branch, trial: "Trial") -> None:
        self._branch = branch
        self._trial = trial

    def __getattr__(self, name: str) -> Any:
        return getattr(self._branch, name)

    def epoch(self, epoch: Epoch) -> None:
        self._branch.epoch(epoch)
        self._trial.report(epoch.metrics[VALUE], epoch.number)
        if self._trial.should_prune():
            raise _Pruned


def _suggested(trial: "Trial", path: str, values: Values) -> Any:
    if values.choices is not None:
        return trial.suggest_categorical(path, list(values.choices))
    assert values.low is not None and values.high is not None
    if is_whole(path):
        return trial.suggest_int(path, int(values.low), int(values.high), log=values.log)
    return trial.suggest_float(path, values.low, values.high, log=values.log)


def _best(study: "Study", params: Params) -> Best:
    try:
        best = study.best_trial
    except ValueError:
        reasons = [one.user_attrs["reason"] for one in study.trials if "reason" in one.user_attrs]
        last = f" The last one said: {reasons[-1]}" if reasons else ""
        raise SettingsError(
            f"None of {len(study.trials)} trials came to an end.{last} Search in other ranges.", "no-trial"
        ) from None
    assert best.value is not None
    return Best(checked(changed(params, best.params)), best.params, best.value, best.number + 1)
