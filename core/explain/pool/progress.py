"""How far a work is, told from inside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

from core.explain.pool.inbox import Inbox
from core.explain.pool.messages import Moved
from core.explain.values import Cancelled

_EVERY_S = 0.05
"""Between two shares that are sent on: nobody sees more."""


class Progress:
    """A `core.explain.values.Step` that also says what is being done.

    Args:
        connection: To whoever asked.
        number: Of the work.
        inbox: Knows whether it is wanted still.
        said: What is done, for a person, unless it is said otherwise.
    """

    def __init__(self, connection: "Connection[Any, Any]", number: int, inbox: Inbox, said: str) -> None:
        self._connection, self._number, self._inbox = connection, number, inbox
        self._share, self._said, self._loading, self._next = 0.0, said, False, 0.0

    def __call__(self, share: float) -> None:
        """See `core.explain.values.Step`; a share never shrinks.

        Raises:
            Cancelled: Nobody wants the rest.
        """
        if self._inbox.dropped(self._number):
            raise Cancelled
        self._share = max(self._share, float(share))
        if monotonic() >= self._next:
            self._send()

    def say(self, said: str) -> None:
        """What is being done from now on, for a person.

        Raises:
            Cancelled: Nobody wants the rest.
        """
        if self._inbox.dropped(self._number):
            raise Cancelled
        self._said = said
        self._send()

    @contextmanager
    def loading(self, said: str) -> Iterator[None]:
        """While a model is loaded inside; that isn't broken off, for the next work needs it too.

        Args:
            said: For a person.

        Raises:
            Cancelled: Nobody wants it, or what is to be done with it.
        """
        before = self._said
        self._loading = True
        try:
            self.say(said)
            yield
        finally:
            self._loading = False
        self.say(before)

    def _send(self) -> None:
        try:
            self._connection.send(Moved(self._number, self._share, self._said, self._loading))
        except (BrokenPipeError, ConnectionResetError):
            # whoever asked is gone, and so there is no more to do
            raise SystemExit(0) from None
        self._next = monotonic() + _EVERY_S
