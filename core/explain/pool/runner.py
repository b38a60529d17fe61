"""Does one task after another in a process that is started when needed and replaced when it dies."""

import logging
import pickle
import threading
from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from core.config.logs import incident
from core.config.settings import Settings
from core.explain.pool import sentences
from core.explain.pool.bell import Bell
from core.explain.pool.messages import Answer, Do, Done, Drop, Failed, Moved
from core.explain.pool.process import GoneError, Process
from core.explain.pool.task import Task
from core.explain.pool.watch import Patience, Watch
from core.explain.pool.works import Work

_TRIES = 2
_PICKLE = pickle.HIGHEST_PROTOCOL

_log = logging.getLogger(__name__)


class HungError(Exception):
    """The process gave no sign for too long, or went on with what nobody wants."""


class Runner:
    """For one thread.

    Args:
        settings: The process's.
        kinds: ``module:function`` by kind of work.
        patience: How long it waits for what.
        bell: Rings when a task was cancelled, came, or all is to stop.
        stopped: Set when all is to stop.
    """

    def __init__(
        self,
        settings: Settings,
        kinds: Mapping[str, str],
        patience: Patience,
        bell: Bell,
        stopped: threading.Event,
    ) -> None:
        self._settings, self._kinds, self._patience = settings, kinds, patience
        self._bell, self._stopped = bell, stopped
        self._process: Process | None = None
        self._numbers = count(1)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def run(self, task: Task) -> None:
        """Do it; it is over afterwards, whatever happens to the process."""
        # as it is now: a task that is cancelled meanwhile lets go of what it was about
        work, status = task.work, 0
        for _ in range(_TRIES):
            if task.over:
                return
            try:
                self._try(task, work)
                return
            except GoneError:
                status = self._bury(task)
            except HungError:
                self.kill()
                task.finish("failed", error=sentences.hung(work.words, self._patience.hung), code="hung")
            except OSError as error:
                task.finish("failed", error=sentences.no_process(error), code="no-process")
        task.finish("failed", error=sentences.died(work.words, status), code="died")

    def rest(self, seconds: float) -> None:
        """Nothing is to do: wait for the bell, and leave no zombie of a process that dies meanwhile."""
        if self._process is None:
            self._bell.wait(seconds)
            return
        try:
            self._process.hear(seconds, self._bell)
        except GoneError:
            self.kill()

    def end(self) -> None:
        """Let the process end."""
        process, self._process = self._process, None
        if process:
            process.end()

    def kill(self) -> None:
        """End the process at once."""
        process, self._process = self._process, None
        if process:
            process.kill()

    def shock(self) -> None:
        """From another thread: the process dies, whatever this one waits for."""
        process = self._process
        if process:
            process.shock()

    def _bury(self, task: Task) -> int:
        status = self._process.status if self._process else 0
        self.kill()
        _log.warning("the process that explains died (%d) during %s", status, task.work.kind)
        return status

    def _try(self, task: Task, work: Work) -> None:
        """Once.

        Raises:
            GoneError: The process died.
            HungError: It gave no sign for too long.
            OSError: There is no process to be had.
        """
        if self._process and not self._process.alive:
            self.kill()
        task.move(0.0, "" if self._process else "starting")
        process = self._process = self._process or Process(self._settings)
        number = next(self._numbers)
        # the process stands in a folder of its own choice
        sent = replace(work, bundle=work.bundle.absolute())
        process.send(Do(number, self._kinds[work.kind], pickle.dumps(sent, _PICKLE)))
        answer = self._answer(process, task, number)
        if isinstance(answer, Done):
            _keep(task, answer)
        elif isinstance(answer, Failed):
            task.finish("failed", error=answer.sentence, code=answer.code)
        else:
            task.finish("cancelled")

    def _answer(self, process: Process, task: Task, number: int) -> Answer | None:
        """None where all is to stop."""
        watch = Watch(self._patience)
        while not self._stopped.is_set():
            if task.over and not watch.dropped:
                process.send(Drop(number))
                watch.drop()
            left = watch.left
            if left <= 0:
                raise HungError
            said = process.hear(left, self._bell)
            if isinstance(said, Moved):
                task.move(said.share, said.said)
                watch.moved(said.loading)
            elif said is not None:
                return said
        return None


def _keep(task: Task, answer: Done) -> None:
    try:
        result = pickle.loads(answer.result)
    except Exception as error:
        number = incident(error, f"reading the result of {task.work.kind}")
        task.finish("failed", error=sentences.unexpected(task.work.words, number), code="unexpected")
    else:
        task.finish("done", result=result)
