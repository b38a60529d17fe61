"""A process that follows aliases set on other machines: ``python -m core.tracking.registry.following``.

A process and not a thread, as the courier is one: MLflow takes 200 MB and seconds to load, and a dead
server holds it up in calls that can't be broken off, none of which a web server can have. It ends with
whoever started it, which it sees by its standard input being closed, even by kill -9.
"""

import logging
import os
import select
import subprocess
import sys
from typing import Final

from core.config.settings import ROOT, Settings
from core.config.settings import settings as ours
from core.errors import StudioError
from core.storage import writing
from core.tracking import store
from core.tracking.registry import cut_off
from core.tracking.registry.in_use import shelf
from core.tracking.registry.registry import Registry

LOG: Final = "following.log"
_EVERY_S = 3.0
"""Between two looks."""
_SLOWEST_S = 30.0
"""Between two looks while something is in the way."""
_NICE = 5

_log = logging.getLogger(__name__)


def shared(settings: Settings) -> bool:
    """Whether runs are where other machines may set an alias too.

    Args:
        settings: Where runs are by default.
    """
    given = os.environ.get("MLFLOW_TRACKING_URI", "").strip()
    own = f"sqlite:///{(settings.var / store.DATABASE).resolve()}"
    return bool(given) and given != own


def wanted(settings: Settings) -> bool:
    """Whether there is something to follow: others share the registry, or a decision here was cut off.

    Args:
        settings: Where runs and the shelf are.
    """
    return shared(settings) or cut_off.seen(settings)


def start(settings: Settings) -> subprocess.Popen[bytes]:
    """Start a process that follows until its standard input is closed or whoever has it is gone.

    Args:
        settings: Where runs and the shelf are.

    Raises:
        StorageError: Its log can't be written.
        OSError: The system starts no process.
    """
    env = os.environ | {"KCS_VAR": str(settings.var.resolve())}
    with writing(shelf(settings)):
        shelf(settings).mkdir(parents=True, exist_ok=True)
        stream = (shelf(settings) / LOG).open("wb")
    with stream:
        return subprocess.Popen(
            [sys.executable, "-m", "core.tracking.registry.following"],
            cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=stream, stderr=subprocess.STDOUT,
        )  # fmt: skip


def main() -> int:
    """Follow until nobody wants it any more: where nobody shares the registry, only once.

    Returns:
        The exit code, 0.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    os.nice(_NICE)
    follower = Follower(ours())
    while not _closed(follower.look()):
        if not follower.trouble and not shared(ours()):
            break
    return 0


class Follower:
    """Looks, and says each trouble once.

    Args:
        settings: Where runs and the shelf are.

    Attributes:
        trouble: What is in the way, as a sentence; "" for nothing.
    """

    def __init__(self, settings: Settings) -> None:
        self._registry = Registry(settings)
        self.trouble = ""
        self._pause = _EVERY_S

    def look(self) -> float:
        """Follow once.

        Returns:
            Seconds to wait before the next look: longer while something is in the way.
        """
        try:
            changed, said = self._registry.follow(), ""
        except StudioError as error:
            changed, said = False, error.sentence
        except Exception as error:
            # whatever it is, the next look may do better, and what is in use goes on to be
            changed, said = False, f"The registry can't be followed: {error!r}"
        if said and said != self.trouble:
            _log.warning("%s", said)
        elif changed or (self.trouble and not said):
            _log.info("What answers here is what MLflow's aliases say.")
        self.trouble = said
        self._pause = min(2 * self._pause, _SLOWEST_S) if said else _EVERY_S
        return self._pause


def _closed(wait_s: float) -> bool:
    """Whether whoever started this process is gone."""
    ready, _, _ = select.select([sys.stdin], [], [], wait_s)
    return bool(ready) and not os.read(sys.stdin.fileno(), 1)


if __name__ == "__main__":
    sys.exit(main())
