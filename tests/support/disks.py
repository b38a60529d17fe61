"""Small disks to fill up and disks that refuse, mounted for a test."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

Mounted = Callable[..., Path]


def _call(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return "" if done.returncode == 0 else done.stderr.strip() or "it failed"


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of so many kilobytes; the test is skipped where none can be mounted."""
    place.mkdir(parents=True, exist_ok=True)
    refused = _call("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", str(place))
    if refused:
        pytest.skip(f"a small disk can't be mounted here: {refused}")
    try:
        yield place
    finally:
        assert _call("umount", "-l", str(place)) == ""


def refuse_writing(place: Path) -> None:
    """Mount a disk of `small_disk` once more, read-only."""
    assert _call("mount", "-o", "remount,ro", str(place)) == ""
