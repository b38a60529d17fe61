"""The process that explains: ``python -m core.explain.pool.worker SOCKET THREADS PARENT``.

It ends with whoever started it, in the midst of work too: a thread of its own sees that the socket is
closed, even by kill -9.
"""

import faulthandler
import os
import pickle
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from core.config.logs import configure, incident
from core.errors import StudioError
from core.explain.by_name import function
from core.explain.pool import sentences
from core.explain.pool.inbox import Inbox
from core.explain.pool.messages import Answer, Do, Done, Dropped, Failed
from core.explain.pool.progress import Progress
from core.explain.pool.works import Work
from core.explain.values import Cancelled

_NICE = 5
_OOM_SCORE = "500"
"""Where memory runs out, the system ends this process rather than the server."""


def main(arguments: list[str]) -> int:
    """Do what is asked until nobody asks any more.

    Args:
        arguments: The socket's number, the threads of a forward pass, and who started this process.

    Returns:
        The exit code, 0.
    """
    os.nice(_NICE)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
    faulthandler.enable()
    configure("INFO")
    connection: Connection[Any, Any] = Connection(int(arguments[0]))
    # who held it open after this process died would hide that
    os.set_inheritable(connection.fileno(), False)
    inbox = Inbox(connection, parent=int(arguments[2]))
    worker = Worker(connection, inbox, threads=int(arguments[1]))
    with suppress(BrokenPipeError, ConnectionResetError):
        while True:
            connection.send(worker.do(inbox.next()))
    return 0


class Worker:
    """Does one work after another.

    Args:
        connection: To whoever asks.
        inbox: What they want, and don't want any more.
        threads: Of one forward pass.
    """

    def __init__(self, connection: "Connection[Any, Any]", inbox: Inbox, threads: int) -> None:
        self._connection, self._inbox, self._threads = connection, inbox, threads
        self._shelf: Any = None

    def do(self, asked: Do) -> Answer:
        """One work, whatever comes of it."""
        words, where = "the explanation", "explaining"
        try:
            work: Work = pickle.loads(asked.work)
            words, where = work.words, f"explaining: {work.kind}"
            progress = Progress(self._connection, asked.number, self._inbox, words)
            return Done(asked.number, self._result(asked.at, work, progress))
        except Cancelled:
            return Dropped(asked.number)
        except StudioError as error:
            return Failed(asked.number, error.sentence, error.code)
        except MemoryError:
            return Failed(asked.number, sentences.memory(words), "no-memory")
        except Exception as error:
            return Failed(asked.number, sentences.unexpected(words, incident(error, where)), "unexpected")

    def _result(self, at: str, work: Work, progress: Progress) -> bytes:
        if self._shelf is None:
            # by name and only now: the process hears and ends from its first moment on
            self._shelf = function("core.explain.pool.networks:Shelf")(self._threads)
        networks = self._shelf.networks(work.bundle, work.digest, progress)
        progress.say(work.words)
        result = function(at)(networks, progress, **work.arguments)
        return pickle.dumps(result, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
