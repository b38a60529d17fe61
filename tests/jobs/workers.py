"""A worker that does what a test asks of it: well, badly, or not at all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import DataError
from core.jobs.reporter import Cancelled, Reporter, run


def do(report: Reporter) -> Mapping[str, Any]:
    request = report.job.request
    report("Set up", 0.1)
    return globals()[request["do"]](report, request)


def succeed(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    for step in range(5):
        time.sleep(request.get("seconds", 0.0) / 5)
        report("Count", step / 5, f"{step} of 5")
    return {"counted": 5, "where": Path("data/a")}


def refuse(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    raise DataError("The set kidney has one class only. Add another.", "one-class")


def stumble(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    return {"never": {}["a secret key"]}


def starve(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    raise RuntimeError(request["said"]) if "said" in request else MemoryError


def sleep(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    place = Path(request["trace"])
    try:
        report("Sleep", 0.2)
        time.sleep(60)
    except Cancelled:
        place.write_text("cleaned up")
        raise
    return {}


def take_turns(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    """Leaves a trace of when it began and ended, among other jobs' traces."""
    _trace(request["trace"], f"+{report.job.id}")
    time.sleep(request.get("seconds", 0.0))
    _trace(request["trace"], f"-{report.job.id}")
    return {}


def _trace(path: str, line: str) -> None:
    with Path(path).open("a") as stream:
        stream.write(f"{line}\n")


def stubborn(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    report("Ignore", 0.3)
    time.sleep(60)
    return {}


def spawn(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    child = subprocess.Popen([sys.executable, "-c", _DEAF])
    time.sleep(0.3)
    Path(request["trace"]).write_text(str(child.pid))
    report("Wait for a child", 0.4)
    time.sleep(60)
    return {}


def fork(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    """Its child leaves the block first, by an exception."""
    child = os.fork()
    if not child:
        raise DataError("The child's own.")
    _, status = os.waitpid(child, 0)
    return {"child": os.waitstatus_to_exitcode(status)}


_DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


def vanish(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    sys.stderr.write(request["last"] + "\n")
    sys.stderr.flush()
    os._exit(3)


def crash(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    os.kill(os.getpid(), signal.SIGSEGV)
    return {}


def fill(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    with (report.folder / "filler").open("wb", buffering=0) as stream:
        while True:
            stream.write(bytes(4096))


def go_on(report: Reporter, request: dict[str, Any]) -> Mapping[str, Any]:
    """Fails the first time and finds what it left the second time."""
    left = report.folder / "checkpoint"
    if not left.exists():
        left.write_text("epoch 3")
        report("First", 0.6)
        os.kill(os.getpid(), signal.SIGKILL)
    return {"from": left.read_text()}


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], do))
