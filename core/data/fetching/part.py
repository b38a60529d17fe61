"""The unfinished file of a download, and what is known of the whole that it belongs to."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from core.storage import write_text, writing

PART = "download.part"
STATE = "download.json"


@dataclass(frozen=True)
class State:
    """What is known of the file that a part belongs to.

    Attributes:
        url: Where it is from, canonical.
        name: What it is called.
        validator: A strong ETag or a date, for If-Range; empty where the server gives none.
        length: Bytes of the whole; None where not announced.
    """

    url: str
    name: str = ""
    validator: str = ""
    length: int | None = None


def read(folder: Path, url: str) -> tuple[State, int]:
    """What a part belongs to and its bytes; 0 where it can't be gone on with."""
    try:
        state = State(**json.loads((folder / STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return State(url), 0
    usable = state.url == url and bool(state.validator)
    return state, have(folder) if usable else 0


def write(folder: Path, state: State) -> None:
    """Keep what is known of the whole."""
    write_text(folder / STATE, json.dumps(asdict(state), indent=2) + "\n")


def have(folder: Path) -> int:
    """Bytes that are here."""
    part = folder / PART
    return part.stat().st_size if part.is_file() else 0


def drop(folder: Path) -> None:
    """Forget what is there of a file."""
    with writing(folder):
        (folder / PART).unlink(missing_ok=True)
        (folder / STATE).unlink(missing_ok=True)
