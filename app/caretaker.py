"""What the server does about jobs by itself.

Those that vanished are settled, lost ones resumed once, and what MLflow hasn't got of those that are
over is sent again. Where others share the registry, what they promote is followed.
"""

import gc
import logging
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import Any

from anyio import to_thread

from core.config.settings import Settings, settings
from core.explain.pool.pool import stop_shared
from core.jobs.retrying import Retries
from core.tracking import courier
from core.tracking.registry import following

EVERY_S = 3.0
"""Between two looks at all jobs."""
DELIVER_S = 60.0
"""Between two tries to deliver what MLflow hasn't got."""
FOLLOW_S = 10.0
"""Between two starts of the process that follows the registry."""
_LAST_S = 10.0
"""For a look that has begun when the server stops."""
_END_S = 3.0
"""For a process that is told to end, before it is killed."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """For an ASGI application: the caretaker works as long as it serves."""
    over = threading.Event()
    retries, deliveries, follower = Retries(settings()), Deliveries(settings()), Follower(settings())

    def look() -> None:
        # each has its turn, whatever comes of the others
        with ExitStack() as turns:
            for one in (follower.look, deliveries.look, retries.look):
                turns.callback(one)

    # Streamlit collects garbage after every run of a page; what is loaded by now is none
    gc.collect()
    gc.freeze()
    watching = threading.Thread(target=watch, args=(look, over, EVERY_S), name="caretaker", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        await to_thread.run_sync(watching.join, _LAST_S)
        await to_thread.run_sync(follower.stop)
        await to_thread.run_sync(stop_shared)


class Deliveries:
    """What is left for MLflow, sent in a process of its own: this one never loads MLflow.

    Args:
        settings: Where jobs and runs are.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._next = 0.0

    def look(self) -> None:
        """Send what is left, unless that is being done or was tried a moment ago."""
        if self._process and self._process.poll() is None:
            return
        self._process = None
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + DELIVER_S
            self._process = courier.send(self._settings)


class Follower:
    """What others promote, followed in a process of its own where they share the registry.

    Args:
        settings: Where runs and registered bundles are.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._next = 0.0
        self._over = False

    def look(self) -> None:
        """Start it where it is needed and isn't there, or has ended by itself."""
        if self._over or not following.wanted(self._settings):
            return
        if self._process and self._process.poll() is None:
            return
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + FOLLOW_S
            self._process = following.start(self._settings)

    def stop(self) -> None:
        """End it; it hears of that by its standard input being closed."""
        self._over = True
        if self._process is None:
            return
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def watch(look: Callable[[], object], over: threading.Event, every: float) -> None:
    """Look again and again, whatever comes of it.

    Args:
        look: Looks once.
        over: Set when there is no need any more.
        every: Seconds between two looks.
    """
    said = ""
    while not over.wait(every):
        try:
            look()
        except Exception as error:
            # the server goes on; what stays wrong is said once, not at every look
            said, before = repr(error), said
            if said != before:
                _log.exception("the jobs can't be looked after")
        else:
            said = ""
