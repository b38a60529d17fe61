"""What was measured about a bundle's explanations, kept in the bundle: explanations.json.

The file isn't sealed with the others: it says of which bundle it is, and is ignored in another. Where
the bundle's folder can't be written, it lies in var/explanations/ under the bundle's digest.
"""

import contextlib
import json
import os
from collections.abc import Mapping
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
    for path in (bundle.path / FILE, _aside(bundle, settings)):
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(found, dict) and found.get("bundle") == bundle.digest:
                return {name: value for name, value in found.items() if name != "bundle"}
    return {}


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
    whole = {**read(bundle, settings), section: dict(values)}
    text = _text({"bundle": bundle.digest, **dict(sorted(whole.items()))})
    if os.access(bundle.path, os.W_OK):
        with contextlib.suppress(StorageError):
            write_text(bundle.path / FILE, text)
            return bundle.path / FILE
    path = _aside(bundle, settings)
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text)
    return path


def _text(whole: Mapping[str, Any]) -> str:
    """A line a section: indented, the figures would take three times the place, and they ship."""
    lines = (f"{json.dumps(name)}: {json.dumps(value, allow_nan=False)}" for name, value in whole.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _aside(bundle: Bundle, settings: Settings) -> Path:
    return settings.var / "explanations" / f"{bundle.digest}.json"
