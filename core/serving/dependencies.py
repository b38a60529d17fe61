"""What every route shares: settings, the model, and the threads that work is done in."""

import os
from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio import CapacityLimiter, to_thread
from fastapi import Request

from core.config.settings import Settings
from core.inference import standing
from core.inference.standing import Standing

T = TypeVar("T")


class Service:
    """The API's share of the process.

    Args:
        settings: Where the model lies and what is allowed.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._limiter: CapacityLimiter | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """Do work in a thread: the event loop never waits for a model.

        A batch comes here slice by slice, so a long one doesn't hold up a short one.
        """
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(max(2, os.cpu_count() or 2))
        return await to_thread.run_sync(work, limiter=self._limiter)

    async def standing(self) -> Standing:
        """The model in use, the one that the pages use too; a request asks once and keeps to it.

        Raises:
            BundleError: There is no usable one.
        """
        return await self.run(lambda: standing.now(self.settings))


def service(request: Request) -> Service:
    """The service of the application that a request came to."""
    found: Service = request.app.state.service
    return found
