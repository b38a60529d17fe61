"""Processes by pid and birth, so that a recycled pid is nobody we know; and their process groups."""

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from platform import node

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Seen:
    """A process as the system shows it.

    Attributes:
        birth: When it started, on a scale that setting the clock doesn't move; told apart, not read.
        group: Its process group.
        ended: It has ended, and only its parent hasn't asked how.
    """

    birth: str
    group: int
    ended: bool


def look(pid: int) -> Seen | None:
    """A process of this machine, or None where there is none of that pid."""
    return _from_proc(pid) if (_PROC / "self/stat").exists() else _from_ps(pid)


def lives(pid: int, birth: str) -> bool:
    """Whether this very process runs, on this machine."""
    seen = look(pid)
    return seen is not None and seen.birth == birth and not seen.ended


@lru_cache(maxsize=1)
def here() -> str:
    """This machine, its boot, and the pid namespace that pids seen here are of: ``node/boot/namespace``."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{node()}/{boot}/{(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return f"{node()}//"


def end_group(pid: int | None, birth: str, machine: str, how: int = signal.SIGKILL) -> None:
    """Send a signal to all that is left of a worker's process group.

    Args:
        pid: The worker's, which led the group.
        birth: Its birth: a group of a recycled pid is left alone.
        machine: Where it ran: nothing is sent to another machine's pids.
        how: The signal.
    """
    if pid is None or pid == os.getpid() or machine != here():
        return
    leader = look(pid)
    if leader is None or (leader.birth, leader.group) == (birth, pid):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, how)


def _from_proc(pid: int) -> Seen | None:
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # the program's name comes second, in brackets, and may hold spaces and brackets itself
    fields = text.rpartition(")")[2].split()
    return Seen(birth=fields[19], group=int(fields[2]), ended=fields[0] in "ZX")


def _from_ps(pid: int) -> Seen | None:
    told = subprocess.run(
        ["ps", "-o", "pgid=,stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    fields = told.stdout.split()
    if len(fields) < 3:
        return None
    return Seen(birth=" ".join(fields[2:]), group=int(fields[0]), ended=fields[1].startswith("Z"))
