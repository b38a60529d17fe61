"""Wakes a thread that waits for a process to say something."""

import socket
from contextlib import suppress
from multiprocessing.connection import wait


class Bell:
    """Any thread rings it; the one that waits hears it, also when it begins to wait later.

    Attributes:
        heard: Readable while it rings.
    """

    def __init__(self) -> None:
        self.heard, self._pulled = socket.socketpair()
        self.heard.setblocking(False)
        self._pulled.setblocking(False)

    def ring(self) -> None:
        # one that nobody hears any more, or that rings already, needs no ringing
        with suppress(OSError):
            self._pulled.send(b".")

    def still(self) -> None:
        """It doesn't ring any more."""
        with suppress(OSError):
            while self.heard.recv(1024):
                pass

    def wait(self, seconds: float) -> bool:
        """Until it rings, or the time is over; whether it rang."""
        rang = bool(wait([self.heard], max(0.0, seconds)))
        self.still()
        return rang

    def close(self) -> None:
        self.heard.close()
        self._pulled.close()
