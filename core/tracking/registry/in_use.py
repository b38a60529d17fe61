"""Which bundle answers, on this machine, without asking MLflow: a small file, replaced in one step.

MLflow's aliases decide; this is what a server reads at every request. It is written by whoever
promotes or rolls back here, and by `core.tracking.registry.following` when somebody did elsewhere.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from core.config.settings import Settings
from core.storage import write_text, writing
from core.tracking.registry.values import CHALLENGER, CHAMPION, Alias

FILE: Final = "in_use.json"


@dataclass(frozen=True, slots=True)
class Place:
    """A registered bundle that is on this machine.

    Attributes:
        version: Its number in the registry.
        digest: The bundle's, hex.
        folder: Where it lies; it is verified when it is loaded.
        since: Seconds since 1970 that it has its alias.
        by: Who gave it that.
        why: Their words.
    """

    version: str
    digest: str
    folder: str
    since: float
    by: str
    why: str


def shelf(settings: Settings) -> Path:
    """The folder of registered bundles on this machine, each below its digest; never changed in place."""
    return settings.var / "registry"


def read(settings: Settings) -> dict[Alias, Place]:
    """What answers and what challenges, by alias; empty where nothing is, and where it can't be told."""
    try:
        return understood(settings) or {}
    except OSError:
        return {}


def damaged(settings: Settings) -> bool:
    """Whether there is a file that says nothing that can be understood."""
    try:
        return understood(settings) is None
    except FileNotFoundError:
        return os.path.lexists(shelf(settings) / FILE)
    except OSError:
        return True


def understood(settings: Settings) -> dict[Alias, Place] | None:
    """What the file says, by alias; None where it says nothing that can be understood.

    Raises:
        OSError: There is no file, or it can't be read now.
    """
    text = (shelf(settings) / FILE).read_bytes()
    try:
        found = json.loads(text)
        places: dict[Alias, Place] = {
            alias: Place(**found[alias]) for alias in (CHAMPION, CHALLENGER) if found.get(alias)
        }
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return places if all(map(_whole, places.values())) else None


def write(places: dict[Alias, Place], settings: Settings) -> None:
    """Say what answers and what challenges from now on.

    Raises:
        StorageError: The disk is full or can't be written to.
    """
    here = shelf(settings)
    with writing(here):
        here.mkdir(parents=True, exist_ok=True)
    text = {alias: asdict(place) for alias, place in places.items()}
    write_text(here / FILE, json.dumps(text, indent=2) + "\n")


def _whole(place: Place) -> bool:
    texts = (place.version, place.digest, place.folder)
    return all(isinstance(text, str) and text and "\0" not in text for text in texts)
