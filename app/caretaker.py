"""What the server does about jobs by itself.

Those that vanished are settled, lost ones resumed once, and what MLflow hasn't got of those that are
over is sent again.
"""

import logging
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread

from core.config.settings import Settings, settings
from core.jobs.retrying import Retries
from core.tracking import courier

EVERY_S = 3.0
"""Between two looks at all jobs."""
DELIVER_S = 60.0
"""Between two tries to deliver what MLflow hasn't got."""
_LAST_S = 10.0
"""For a look that has begun when the server stops."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """For an ASGI application: the caretaker works as long as it serves."""
    over = threading.Event()
    retries, deliveries = Retries(settings()), Deliveries(settings())

    def look() -> None:
        retries.look()
        deliveries.look()

    watching = threading.Thread(target=watch, args=(look, over, EVERY_S), name="caretaker", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        await to_thread.run_sync(watching.join, _LAST_S)


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
