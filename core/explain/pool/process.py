"""The process that explains, as the pool holds it: started, talked to, ended, and never left behind."""

import os
import pickle
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, BinaryIO, Final

from core.config.settings import ROOT, Settings
from core.explain.pool.bell import Bell
from core.explain.pool.messages import Answer, Do, Drop, Moved

LOG: Final = "explaining.log"
_LOG_BYTES: Final = 1024 * 1024
"""A longer log is begun anew."""
_WORKER: Final = "core.explain.pool.worker"
"""By name only: what it imports, TensorFlow for one, is not for this process."""
_TALK_S: Final = 30
"""For one message: a process that doesn't read or write on for so long is as good as dead."""
_END_S: Final = 2.0
"""For a process that is told to end, before it is killed."""


class GoneError(Exception):
    """The process has died, or can't be talked to."""


class Process:
    """A process that explains, for one thread at a time except for `shock`.

    Args:
        settings: Threads of a forward pass, where its log is.

    Raises:
        OSError: The system starts no process.
    """

    def __init__(self, settings: Settings) -> None:
        ours, its = socket.socketpair()
        with its:
            try:
                self._process = _started(its.fileno(), settings)
            except BaseException:
                ours.close()
                raise
        for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, option, struct.pack("@ll", _TALK_S, 0))
        self._connection: Connection[Any, Any] = Connection(ours.detach())

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still is; one that isn't leaves no zombie."""
        return self._process.poll() is None

    @property
    def status(self) -> int:
        """How it ended, of one that is about to: an exit code, or a signal's number below 0."""
        try:
            return self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            return 0

    def send(self, message: Do | Drop) -> None:
        """Tell it something.

        Raises:
            GoneError: It is dead.
        """
        try:
            self._connection.send(message)
        except OSError as error:
            raise GoneError from error

    def hear(self, seconds: float, bell: Bell) -> Moved | Answer | None:
        """What it says next.

        Args:
            seconds: To wait for it.
            bell: Whose ringing ends the waiting.

        Returns:
            None where the time is over or the bell rang first.

        Raises:
            GoneError: It is dead.
        """
        ready = wait([self._connection, bell.heard], max(0.0, seconds))
        if bell.heard in ready:
            bell.still()
        if self._connection not in ready:
            return None
        try:
            said: Moved | Answer = self._connection.recv()
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise GoneError from error
        return said

    def end(self) -> None:
        """Let it end, which it does once nobody can talk to it; or else kill it."""
        self._connection.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def shock(self) -> None:
        """Kill it, from any thread; whoever talks to it sees that."""
        self._process.kill()

    def kill(self) -> None:
        """End it at once. It leaves nothing behind, no zombie either."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._connection.close()


def _started(handle: int, settings: Settings) -> subprocess.Popen[bytes]:
    log = _log(settings.var)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", _WORKER, str(handle), str(settings.threads), str(os.getpid())],
            cwd=ROOT, env=_environment(settings), pass_fds=(handle,), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    finally:
        if log:
            log.close()


def _log(var: Path) -> BinaryIO | None:
    """Where its log goes; None, this process's own stderr, where that can't be written."""
    with suppress(OSError):
        var.mkdir(parents=True, exist_ok=True)
        path = var / LOG
        longer = path.exists() and path.stat().st_size > _LOG_BYTES
        return path.open("wb" if longer else "ab")
    return None


def _environment(settings: Settings) -> dict[str, str]:
    """This process's; TensorFlow is told to be quiet, to share, and how many threads are its own."""
    threads = str(settings.threads)
    defaults = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": threads,
        "OMP_NUM_THREADS": threads,
    }
    return {**defaults, **os.environ, "KCS_VAR": str(settings.var.resolve()), "PYTHONUNBUFFERED": "1"}
