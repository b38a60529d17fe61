"""How far a work is, told from inside it."""

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
    """

    def __init__(self, connection: "Connection[Any, Any]", number: int, inbox: Inbox) -> None:
        self._connection, self._number, self._inbox = connection, number, inbox
        self._share, self._said, self._loading, self._next = 0.0, "", False, 0.0

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

    def say(self, said: str, loading: bool = False) -> None:
        """What is being done from now on.

        Args:
            said: For a person.
            loading: Whether it is a model that is loaded, which isn't broken off.

        Raises:
            Cancelled: Nobody wants the rest.
        """
        if self._inbox.dropped(self._number):
            raise Cancelled
        if (said, loading) != (self._said, self._loading):
            self._said, self._loading = said, loading
            self._send()

    @property
    def said(self) -> str:
        """What is being done now."""
        return self._said

    def _send(self) -> None:
        try:
            self._connection.send(Moved(self._number, self._share, self._said, self._loading))
        except (BrokenPipeError, ConnectionResetError):
            # whoever asked is gone, and so there is no more to do
            raise SystemExit(0) from None
        self._next = monotonic() + _EVERY_S
