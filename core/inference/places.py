"""Which registered bundles have an alias on this machine, and what is wrong with the file that says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from core.config.settings import Settings
from core.tracking.registry import in_use
from core.tracking.registry.in_use import Place
from core.tracking.registry.values import CHAMPION, Alias


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
        return _read(settings, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size)
    except FileNotFoundError:
        return Places()
    except OSError:
        # kept by nobody: the next look may do better
        return Places(trouble=_unreadable(path))


@lru_cache(maxsize=8)
def _read(settings: Settings, mtime: int, *stamp: int) -> Places:  # noqa: ARG001
    found = in_use.understood(settings)
    if found is None:
        return Places(since=mtime / 1e9, trouble=_unreadable(in_use.shelf(settings) / in_use.FILE))
    return Places(MappingProxyType(found), mtime / 1e9)


def _unreadable(path: Path) -> str:
    return (
        f"The note that says which model answers, {path.parent.name}/{path.name}, can't be read. "
        "Promote a model or roll back on Experiments, Models: that writes it anew."
    )
