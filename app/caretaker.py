"""What the server does about jobs by itself: those that vanished are settled, and lost ones resumed once."""

import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread

from core.config.settings import settings
from core.jobs.retrying import Retries

EVERY_S = 3.0
"""Between two looks at all jobs."""
_LAST_S = 10.0
"""For a look that has begun when the server stops."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """For an ASGI application: the caretaker works as long as it serves."""
    over = threading.Event()
    look = Retries(settings()).look
    watching = threading.Thread(target=watch, args=(look, over, EVERY_S), name="caretaker", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        await to_thread.run_sync(watching.join, _LAST_S)


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
