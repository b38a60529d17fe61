"""What was measured about a bundle's explanations, kept in the bundle: explanations.json.

The file isn't sealed with the others: it says of which bundle it is, and is ignored in another. Where
the bundle's folder can't be written, it lies in var/explanations/ under the bundle's digest.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from core.config.settings import Settings
from core.errors import StorageError
from core.models.bundle import Bundle
from core.storage import write_text, writing

FILE: Final = "explanations.json"
SANITY, LOCALISATION, OUTSIDE = "sanity", "localisation", "outside"
"""Sections: the randomisation check, where maps look against marked lesions, heat outside the body."""


def read(bundle: Bundle, settings: Settings) -> dict[str, Any]:
    """What is known of a bundle's explanations, by section; empty where nothing was measured.

    Args:
        bundle: The model.
        settings: Where what can't lie in the bundle is.
    """
    found: dict[str, Any] = {}
    # what lies aside was measured where the bundle's own file couldn't be written any more: it is newer
    for path in (bundle.path / FILE, _aside(bundle, settings)):
        with contextlib.suppress(OSError, ValueError):
            one = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(one, dict) and one.get("bundle") == bundle.digest:
                found |= {name: value for name, value in one.items() if name != "bundle"}
    return found


def keep(bundle: Bundle, settings: Settings, section: str, values: Mapping[str, Any]) -> Path:
    """Add or replace one section; others stay.

    Args:
        bundle: The model.
        settings: Where what can't lie in the bundle is.
        section: `SANITY`, `LOCALISATION` or `OUTSIDE`.
        values: Fit for JSON, no NaN.

    Returns:
        The file that has it now.

    Raises:
        StorageError: It can be written nowhere.
    """
    with _alone(bundle):
        whole = {**read(bundle, settings), section: dict(values)}
        return _write(bundle, settings, _text({"bundle": bundle.digest, **dict(sorted(whole.items()))}))


def _write(bundle: Bundle, settings: Settings, text: str) -> Path:
    aside = _aside(bundle, settings)
    if os.access(bundle.path, os.W_OK):
        with contextlib.suppress(StorageError):
            write_text(bundle.path / FILE, text)
            with contextlib.suppress(OSError):
                aside.unlink()
            return bundle.path / FILE
    with writing(aside.parent):
        aside.parent.mkdir(parents=True, exist_ok=True)
    write_text(aside, text)
    return aside


@contextlib.contextmanager
def _alone(bundle: Bundle) -> Iterator[None]:
    """One process at a time adds a section: none is lost where two measure at once."""
    try:
        handle = os.open(bundle.path, os.O_RDONLY)
    except OSError:  # it is gone: what was measured is kept aside
        yield
        return
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _text(whole: Mapping[str, Any]) -> str:
    """A line a section: indented, the figures would take three times the place, and they ship."""
    lines = (f"{json.dumps(name)}: {json.dumps(value, allow_nan=False)}" for name, value in whole.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _aside(bundle: Bundle, settings: Settings) -> Path:
    return settings.var / "explanations" / f"{bundle.digest}.json"
