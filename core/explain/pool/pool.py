"""The pool as the web process, the API and the command line see it: give work, watch it, cancel it."""

import threading
from collections.abc import Mapping
from time import monotonic

from core.config.logs import incident
from core.config.settings import Settings
from core.errors import InputError, StudioError
from core.explain.pool import sentences
from core.explain.pool.bell import Bell
from core.explain.pool.runner import Runner
from core.explain.pool.task import State, Task
from core.explain.pool.turns import Turns
from core.explain.pool.watch import Patience
from core.explain.pool.works import KINDS, Work

__all__ = ["Patience", "Pool", "State", "Task", "shared", "stop_shared"]

_JOIN_S = 3.0
"""For the thread to end its process in peace."""


class Pool:
    """One process that explains, and the queue before it; for any thread.

    Args:
        settings: Threads of a forward pass, where it may write its log.
        kinds: ``module:function`` by kind of work.
        patience: How long it waits for what, and how much may wait.
    """

    def __init__(
        self, settings: Settings, kinds: Mapping[str, str] = KINDS, patience: Patience | None = None
    ) -> None:
        self._settings = settings
        self._kinds = kinds
        self._patience = patience or Patience()
        self._lock = threading.Lock()
        self._turns = Turns(self._patience.waiting)
        self._bell = Bell()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._runner: Runner | None = None
        self._running: Task | None = None

    @property
    def pid(self) -> int | None:
        """The process that explains; None while there is none."""
        return self._runner.pid if self._runner else None

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def submit(self, work: Work, owner: str = "") -> Task:
        """Add work at the end of its owner's queue.

        Raises:
            LimitError: The owner has too much waiting.
            InputError: There is no such kind of work.
            StudioError: The pool was stopped.
        """
        if work.kind not in self._kinds:
            raise InputError(
                f'There is no work "{work.kind}"; there are {", ".join(self._kinds)}.', "no-kind"
            )
        task = Task(work, owner, _dropped=self._drop)
        with self._lock:
            if self.stopped:
                raise StudioError("The server is stopping. Try again once it is back.", "stopping")
            self._turns.add(task)
            if self._thread is None:
                self._start()
        self._bell.ring()
        return task

    def stop(self) -> None:
        """End the process; what isn't over is cancelled."""
        with self._lock:
            self._stopped.set()
            left = [*self._turns.clear(), *([self._running] if self._running else [])]
            thread, runner = self._thread, self._runner
        for task in left:
            task.finish("cancelled")
        self._bell.ring()
        if thread:
            thread.join(_JOIN_S)
            if thread.is_alive() and runner:
                runner.shock()
                thread.join()
        self._bell.close()

    def _start(self) -> None:
        self._runner = Runner(self._settings, self._kinds, self._patience, self._bell, self._stopped)
        self._thread = threading.Thread(
            target=self._serve, args=(self._runner,), name="explaining", daemon=True
        )
        self._thread.start()

    def _drop(self, task: Task) -> None:
        with self._lock:
            self._turns.drop(task)
        self._bell.ring()

    def _serve(self, runner: Runner) -> None:
        try:
            while task := self._next(runner):
                try:
                    runner.run(task)
                except Exception as error:
                    runner.kill()
                    number = incident(error, f"explaining: {task.work.kind}")
                    said = sentences.unexpected(task.work.words, number)
                    task.finish("failed", error=said, code="unexpected")
        finally:
            runner.end()

    def _next(self, runner: Runner) -> Task | None:
        """The next task; None where this thread is to end, which then isn't the pool's any more."""
        end = monotonic() + self._patience.idle
        while True:
            with self._lock:
                self._running = self._turns.take()
                if self._running or self.stopped:
                    return self._running
                if monotonic() >= end:
                    self._thread = self._runner = None
                    return None
            runner.rest(end - monotonic())


_shared: Pool | None = None
_guard = threading.Lock()


def shared(settings: Settings) -> Pool:
    """The pool of this process, made when it is first asked for.

    Args:
        settings: Of the pool, where it isn't there yet or was stopped.
    """
    global _shared
    with _guard:
        if _shared is None or _shared.stopped:
            _shared = Pool(settings)
        return _shared


def stop_shared() -> None:
    """End the pool of this process, where there is one."""
    with _guard:
        pool = _shared
    if pool:
        pool.stop()
