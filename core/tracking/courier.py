"""A process that delivers an outbox while a training fills it: ``python -m core.tracking.courier FOLDER``.

A process and not a thread: MLflow's import alone keeps an interpreter busy for two seconds and takes
200 MB, a locked database or a dead server hold it up in calls that can't be broken off, and it can
be killed at any time without harm to the training. It ends soon after whoever started it, which it
sees by its standard input being closed, even by kill -9.
"""

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from core.config.settings import ROOT, Settings
from core.config.settings import settings as ours
from core.tracking import delivery
from core.tracking.outbox import Outbox

LOG = "delivery.log"
_EVERY_S = 1.0
"""Between two looks for something new."""
_SLOWEST_S = 15.0
"""Between two tries while something is in the way."""
_ALONE_S = 20.0
"""That it goes on trying once whoever started it is gone."""
_AGAIN_S = 30.0
"""Before one that ended by itself is replaced."""
_NICE = 10


class Courier:
    """A courier, seen from the training.

    Args:
        place: The outbox's folder.
        settings: Where runs are.
    """

    def __init__(self, place: Path, settings: Settings) -> None:
        self._place = place
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._started: float | None = None

    def start(self) -> None:
        """Start it. Where the system starts no process, the outbox is delivered later."""
        self._started = time.monotonic()
        with suppress(OSError):
            self._process = _spawned(self._place, self._settings)

    def tend(self) -> None:
        """Replace it where it has ended by itself."""
        if self._started is None:
            return
        gone = self._process is None or self._process.poll() is not None
        if gone and time.monotonic() - self._started > _AGAIN_S:
            self.start()

    def stop(self, wait_s: float) -> None:
        """Let it deliver the rest and end, for so many seconds; then end it.

        Args:
            wait_s: Seconds.
        """
        if self._started is None:
            return
        end = time.monotonic() + wait_s
        process, self._process, self._started = self._process, None, None
        if process is not None and process.poll() is not None and not Outbox(self._place).done:
            process = None
        if process is None:
            with suppress(OSError):
                process = _spawned(self._place, self._settings)
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def send(settings: Settings) -> subprocess.Popen[bytes] | None:
    """Start a process that delivers what jobs that are over have left; None where nothing is left.

    Args:
        settings: Where jobs and runs are.
    """
    return _spawned(None, settings) if delivery.pending(settings) else None


def main(arguments: list[str]) -> int:
    """Deliver until there is nothing left and nobody to bring more.

    Args:
        arguments: The outbox's folder; none for all of jobs that are over.

    Returns:
        The exit code: 0 where all is delivered.
    """
    if not arguments:
        return 1 if delivery.deliver_all(ours()) else 0
    # a cancelled training still has something to say: its end
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    root = Outbox(Path(arguments[0]))
    end = None
    while True:
        with root.held() as alone:
            if alone:
                return _round(root, end)
        end = end or (time.monotonic() + _ALONE_S if _closed(_EVERY_S) else None)
        if end and time.monotonic() >= end:
            return 1


def _round(root: Outbox, end: float | None) -> int:
    post, pause = delivery.Delivery(root, ours()), _EVERY_S
    while True:
        last = end is not None
        if post.attempt():
            pause = _EVERY_S
            if last:
                return 0 if root.done else 1
        elif end is not None and time.monotonic() >= end:
            return 1
        else:
            pause = min(2 * pause, _SLOWEST_S)
        if end is not None:
            time.sleep(min(pause, 1.0))
        elif _closed(pause):
            end = time.monotonic() + _ALONE_S


def _closed(wait_s: float) -> bool:
    """Whether whoever started this process has no more to say, or is gone."""
    ready, _, _ = select.select([sys.stdin], [], [], wait_s)
    return bool(ready) and not os.read(sys.stdin.fileno(), 1)


def _spawned(place: Path | None, settings: Settings) -> subprocess.Popen[bytes]:
    env = os.environ | {"KCS_VAR": str(settings.var.resolve())}
    log = (place or settings.var) / LOG
    with log.open("wb") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", "core.tracking.courier", *([str(place.resolve())] if place else [])],
            cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=stream, stderr=subprocess.STDOUT,
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
