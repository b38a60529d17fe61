"""Aliases that were set in MLflow's own interface, followed while the Models view is looked at."""

import threading
import time
from typing import Final

import streamlit as st

from core.config.logs import incident
from core.config.settings import Settings, settings
from core.errors import StudioError
from core.tracking import store
from core.tracking.registry.registry import Registry

EVERY_S: Final = 4.0
"""Between two looks, for all sessions together."""


class Following:
    """Looks in a thread of its own: nobody waits for a slow registry, nor for a bundle that it fetches.

    Args:
        here: Where the registry is.

    Attributes:
        state: How often something had to be changed, and what is in the way as a sentence, "" for nothing.
    """

    def __init__(self, here: Settings) -> None:
        self._settings = here
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._next = 0.0
        self.state: tuple[int, str] = (0, "")

    def look(self) -> None:
        """Begin to look, unless that is being done or was a moment ago."""
        with self._lock:
            if (self._thread and self._thread.is_alive()) or time.monotonic() < self._next:
                return
            self._next = time.monotonic() + EVERY_S
            self._thread = threading.Thread(target=self._follow, daemon=True, name="follows-aliases")
            self._thread.start()

    def again(self) -> None:
        """Look the next time that is asked for, however short ago the last look was."""
        self._next = 0.0

    def wait(self, seconds: float) -> None:
        """Wait for a look that has begun, so long at most."""
        if self._thread:
            self._thread.join(seconds)

    def _follow(self) -> None:
        times, said = self.state[0], ""
        try:
            times += Registry(self._settings).follow()
        except store.AwayError:
            pass  # the view says so itself: it asks the registry too
        except StudioError as error:
            said = error.sentence
        except Exception as error:
            said = f"Aliases in MLflow can't be followed (error {incident(error, 'following')} in the log)."
        self.state = (times, said)


def following() -> Following:
    """The one of this process and its settings."""
    return _following(settings(), store.uri(settings()))


@st.cache_resource(max_entries=4, show_spinner=False,
                   hash_funcs={Settings: lambda one: f"{one.var} {one.model_name}"})  # fmt: skip
def _following(here: Settings, uri: str) -> Following:  # noqa: ARG001
    return Following(here)
