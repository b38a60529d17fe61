"""What the process that explains is told, heard by a thread of its own while it computes."""

import os
import queue
import threading
from multiprocessing.connection import Connection
from typing import Any

from core.explain.pool.messages import Do, Drop

_LOOK_S = 2.0
"""Between two looks at whose child this process is: a copy of its parent may hold the socket open."""


class Inbox:
    """What is to do, and what is not any more.

    Args:
        connection: From whoever asks; once they are gone, this process ends at once.
        parent: Their process.
    """

    def __init__(self, connection: "Connection[Any, Any]", parent: int) -> None:
        self._connection = connection
        self._asked: queue.SimpleQueue[Do] = queue.SimpleQueue()
        self._dropped = 0
        self._parent = parent
        threading.Thread(target=self._hear, name="hearing", daemon=True).start()

    def next(self) -> Do:
        """What is to do next, as soon as there is something."""
        return self._asked.get()

    def dropped(self, number: int) -> bool:
        """Whether nobody wants a work any more."""
        return number <= self._dropped

    def _hear(self) -> None:
        try:
            while os.getppid() == self._parent:
                if self._connection.poll(_LOOK_S):
                    message: Do | Drop = self._connection.recv()
                    if isinstance(message, Drop):
                        self._dropped = message.number
                    else:
                        self._asked.put(message)
        finally:
            # the main thread computes, in C perhaps, and hears of no exception
            os._exit(0)
