"""What a run logged beside its figures, read once: scores, answers, environment."""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from core.errors import DataError, InputError, LimitError
from core.evaluation import answers as tables
from core.evaluation import report
from core.evaluation.answers import Answers
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Run

ENVIRONMENT: Final = "environment.json"
_NAME: Final = 60
_MOST_BYTES: Final = 128 * 1024 * 1024
_KEPT_RUNS, _KEPT_ROWS = 64, 400_000
"""What is kept of runs that are over; a row of answers takes about 0.4 KB."""
_LIVE_S, _INCOMPLETE_S = 10.0, 60.0
"""How long what a live run lacks, and what another one lacks, is not asked for again."""
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Details:
    """A run with what it logged in files. Any may lack any of them.

    Attributes:
        run: The run.
        scores: ``scores.json``; empty where it has none.
        answers: Held-out answers by split, as `core.evaluation.report` names these; empty where there
            are none.
        environment: ``environment.json``; empty where it has none.
        missing: Names of the files that it has not logged.
        troubles: A sentence for each file that is there and can't be read.
    """

    run: Run
    scores: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    answers: Mapping[str, Answers] = field(default_factory=lambda: MappingProxyType({}))
    environment: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    missing: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """The run's name as a sentence has it."""
        name = " ".join(self.run.name.split())
        return name if len(name) <= _NAME else f"{name[: _NAME - 1]}\u2026"

    @property
    def metrics(self) -> Mapping[str, Any]:
        """Its figures as `core.evaluation.report` lays them out; empty where it logged none so."""
        return _mapping(self.scores.get("metrics"))

    def split(self, leaking: bool = False) -> str:
        """The split that it is judged by, or the one that leaks; "" where there is none."""
        if self.run.leaks and not leaking:
            return ""
        names = report.LEAKING if leaking else report.HONEST
        return next((one for one in names if self._has(one, leaking)), "")

    @property
    def folded(self) -> bool:
        """Whether its answers are of the folds' models, and not of the one that was kept."""
        return self.split() == report.CROSS

    def figures(self, leaking: bool = False) -> Mapping[str, Any]:
        """The figures of `split`; empty where there are none."""
        return _mapping(self.metrics.get(self.split(leaking)))

    def curves(self, leaking: bool = False) -> Mapping[str, Any]:
        """``roc`` and ``groups`` of `split`; empty where it logged none."""
        return _mapping(_mapping(self.scores.get("curves")).get(self.split(leaking)))

    def answered(self) -> Answers | None:
        """Its answers for patients that it never saw; None where it logged none."""
        return self.answers.get(self.split())

    def _has(self, split: str, leaking: bool) -> bool:
        figures = _mapping(self.metrics.get(split))
        # what a run says of a split counts for more than the split's name
        return bool(figures or split in self.answers) and (leaking or not figures.get("leaks"))


@dataclass(frozen=True, slots=True, eq=False)
class _Files:
    """What was read, and until when it holds."""

    scores: Mapping[str, Any]
    answers: Mapping[str, Answers]
    environment: Mapping[str, Any]
    missing: tuple[str, ...]
    troubles: tuple[str, ...]
    until: float

    @property
    def rows(self) -> int:
        return sum(len(one) for one in self.answers.values())


_lock = threading.Lock()
_Key = tuple[str, float | None]
_kept: OrderedDict[_Key, _Files] = OrderedDict()


def details(run: Run, reader: Reader) -> Details:
    """A run with what it logged in files; those of runs that are over are read once.

    Args:
        run: The run.
        reader: Where its files are.

    Raises:
        AwayError: The place of files can't be reached now.
    """
    # one that was taken up again ends anew
    key = run.id, run.ended
    with _lock:
        found = _kept.get(key)
    if found is None or found.until < time.monotonic():
        found = _read(run, reader)
        _keep(key, found)
    return Details(run, found.scores, found.answers, found.environment, found.missing, found.troubles)


def several(runs: Sequence[Run], reader: Reader) -> list[Details]:
    """`details` of several, in their order.

    Raises:
        AwayError: The place of files can't be reached now.
    """
    return [details(run, reader) for run in runs]


def forget() -> None:
    """Read everything again when it is asked for."""
    with _lock:
        _kept.clear()


def _keep(key: _Key, found: _Files) -> None:
    with _lock:
        _kept[key] = found
        _kept.move_to_end(key)
        while len(_kept) > 1 and (
            len(_kept) > _KEPT_RUNS or sum(one.rows for one in _kept.values()) > _KEPT_ROWS
        ):
            _kept.popitem(last=False)


def _read(run: Run, reader: Reader) -> _Files:
    missing: list[str] = []
    troubles: list[str] = []

    def file(name: str, made: Callable[[bytes], Mapping[str, Any]]) -> Mapping[str, Any]:
        try:
            return made(reader.content(run.id, name, _MOST_BYTES))
        except (DataError, LimitError) as error:
            troubles.append(f"{name}: {error.sentence}")
        except InputError:
            missing.append(name)
        return _NOTHING

    scores, answers = file(report.FILE, _document), file(tables.FILE, _answers)
    environment = file(ENVIRONMENT, _document)
    whole = not missing and not run.live
    holds = float("inf") if whole else time.monotonic() + (_LIVE_S if run.live else _INCOMPLETE_S)
    return _Files(scores, answers, environment, tuple(missing), tuple(troubles), holds)


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise DataError("It is no JSON object.", "document")
    return found


def _answers(content: bytes) -> Mapping[str, Answers]:
    try:
        return tables.parse(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise DataError("It is no text.", "answers") from None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _NOTHING
