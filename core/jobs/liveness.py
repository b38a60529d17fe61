"""Whether a job's worker still lives, by its process and its heartbeat; no wall clock is trusted.

A heartbeat is a reading of the monotonic clock, which all processes of one boot share and nobody
can set. It lies in a file of fixed size, written in place: that works on a full disk too.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from core.jobs import process
from core.jobs.job import Job

FILE = "heartbeat"
EVERY_S = 2.0
"""Between two heartbeats."""
SILENT_S = 15.0
"""Without a heartbeat, a worker whose process can't be seen from here is gone."""
HUNG_S = 60.0
"""Without a heartbeat, a process that is there does nothing any more: 30 beats missed."""
START_S = 15.0
"""A job that nobody has given a process by then never gets one; who launches it has its folder locked."""
FORGOTTEN_S = 300.0
"""By the wall clock, where nothing better is at hand: another machine's job, seen for the first time."""

_watched: dict[str, tuple[float, float]] = {}
"""Of jobs of another boot: the last pulse, and when this process first saw it (monotonic)."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A heartbeat.

    Attributes:
        pulse: Seconds, monotonic clock of the worker's machine.
        at: Seconds since 1970, for people to read.
    """

    pulse: float
    at: float


def beat(place: Path) -> Beat:
    """Say that whoever has this job's folder lives.

    Raises:
        OSError: It can't be written.
    """
    now = Beat(time.monotonic(), time.time())
    handle = os.open(place / FILE, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.write(handle, f"{now.pulse:020.3f} {now.at:020.3f}\n".encode())
    finally:
        os.close(handle)
    return now


def last_beat(place: Path) -> Beat | None:
    """The last heartbeat in a job's folder, where there is one."""
    try:
        pulse, at = (place / FILE).read_text(encoding="ascii").split()
        return Beat(float(pulse), float(at))
    except (OSError, ValueError):
        return None


def alive(job: Job) -> bool:
    """Whether an unfinished job's worker still lives, as far as can be told from here."""
    if job.pid is None:
        return not _restarted(job) and _silence(job) < START_S
    if job.machine == process.here():
        return process.lives(job.pid, job.birth) and _silence(job) < HUNG_S
    return not _restarted(job) and _silence(job) < SILENT_S


def hung(job: Job) -> bool:
    """Whether an unfinished job's process is there to be seen; with one that is not `alive`, it hangs."""
    return job.pid is not None and job.machine == process.here() and process.lives(job.pid, job.birth)


def wakes(place: Path, job: Job) -> bool:
    """Whether a silent worker beats again soon: the whole machine may have stood still, not only it."""
    end = time.monotonic() + 2 * EVERY_S
    while time.monotonic() < end:
        now = last_beat(place)
        if now and now.pulse != job.pulse:
            return True
        time.sleep(EVERY_S / 10)
    return False


def ours(job: Job) -> bool:
    """Whether a job ran on this machine, before a restart or in a container that shares its kernel."""
    (node, boot), (our_node, our_boot) = _boot(job.machine), _boot(process.here())
    return node == our_node or (bool(boot) and boot == our_boot)


def _restarted(job: Job) -> bool:
    """The job's machine is this one and has booted since."""
    (node, boot), (our_node, our_boot) = _boot(job.machine), _boot(process.here())
    return node == our_node and boot != our_boot


def _silence(job: Job) -> float:
    """Seconds since a job's last heartbeat."""
    now = time.monotonic()
    (node, boot), (our_node, our_boot) = _boot(job.machine), _boot(process.here())
    if boot == our_boot and (boot or node == our_node):
        return now - job.pulse
    # another boot's clock says nothing here: count from when this process first saw this beat
    seen, at = _watched.get(job.id, (None, now))
    if seen == job.pulse:
        return now - at
    told = time.time() - (job.heartbeat or job.created)
    silent = told if seen is None and told > FORGOTTEN_S else 0.0
    _watched[job.id] = (job.pulse, now - silent)
    return silent


def _boot(machine: str) -> tuple[str, str]:
    node, _, rest = machine.partition("/")
    return node, rest.partition("/")[0]
