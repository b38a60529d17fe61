"""Which registered bundles have an alias on this machine, and what is wrong with the file that says so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from core.config.settings import Settings
from core.tracking.registry import in_use
from core.tracking.registry.in_use import Place
from core.tracking.registry.values import CHALLENGER, CHAMPION, Alias


@dataclass(frozen=True, slots=True)
class Places:
    """What the file says.

    Attributes:
        by_alias: The bundles that have one.
        since: Seconds since 1970 that it says so; 0 where there is no file.
        trouble: Why it can't be read, a sentence; empty where it can, or where there is none.
    """

    by_alias: Mapping[Alias, Place] = field(default_factory=lambda: MappingProxyType({}))
    since: float = 0.0
    trouble: str = ""

    @property
    def champion(self) -> Place | None:
        return self.by_alias.get(CHAMPION)


def places(settings: Settings) -> Places:
    """What has an alias now; the file is read once until it changes, so that asking costs microseconds.

    Args:
        settings: Where it lies.
    """
    path = in_use.shelf(settings) / in_use.FILE
    try:
        found = path.stat()
    except FileNotFoundError:
        return Places()
    except OSError:
        return Places(trouble=_unreadable(path))
    return _read(settings, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size)


@lru_cache(maxsize=8)
def _read(settings: Settings, mtime: int, *stamp: int) -> Places:  # noqa: ARG001
    path = in_use.shelf(settings) / in_use.FILE
    try:
        found = in_use.read(settings)
        if not (_whole(found) if found else _says_nothing(path)):
            return Places(since=mtime / 1e9, trouble=_unreadable(path))
    except (OSError, ValueError, RecursionError):
        return Places(since=mtime / 1e9, trouble=_unreadable(path))
    return Places(MappingProxyType(found), mtime / 1e9)


def _whole(found: Mapping[Alias, Place]) -> bool:
    texts = (text for place in found.values() for text in (place.version, place.digest, place.folder))
    return all(isinstance(text, str) and text and "\0" not in text for text in texts)


def _says_nothing(path: Path) -> bool:
    """Whether it says that nothing has an alias, rather than something that nobody understands."""
    said = json.loads(path.read_text(encoding="utf-8"))
    return isinstance(said, dict) and not (said.get(CHAMPION) or said.get(CHALLENGER))


def _unreadable(path: Path) -> str:
    return (
        f"The note that says which model answers, {path.parent.name}/{path.name}, can't be read. "
        "Promote a model or roll back on Experiments, Models: that writes it anew."
    )
