"""Clocks, slices and servers that the measurements share."""

import json
import os
import socket
import statistics
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import httpx

from core.config.settings import ROOT, settings

REAL = "kidney-ct.zip"


def slices(count: int) -> tuple[list[bytes], str]:
    """Files to review, spread over the real data; the shipped samples where there is none."""
    archive = settings().shared_data / REAL
    if archive.is_file():
        with zipfile.ZipFile(archive) as opened:
            names = sorted(name for name in opened.namelist() if name.lower().endswith(".jpg"))
            return [opened.read(name) for name in names[:: max(1, len(names) // count)]][:count], REAL
    index = json.loads((settings().samples / "index.json").read_text(encoding="utf-8"))
    files = [settings().samples / one["file"] for one in index]
    return [files[n % len(files)].read_bytes() for n in range(count)], "assets/samples"


def milliseconds(work: Callable[[], Any]) -> float:
    """How long one call takes."""
    start = perf_counter()
    work()
    return 1000 * (perf_counter() - start)


def median(times: list[float]) -> float:
    """The middle of many times: one disturbance doesn't move it."""
    return statistics.median(times)


def row(name: str, **figures: Any) -> None:
    """Print a result, a JSON object on a line of its own."""
    rounded = {
        key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in figures.items()
    }
    print(json.dumps({"benchmark": name, **rounded}), flush=True)


class Server:
    """The app, served for real.

    Attributes:
        url: Where the API is.
        started: When the process was started, in seconds of `perf_counter`.
    """

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/api"
        self.started = perf_counter()
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment | {"KCS_HOST": "127.0.0.1", "KCS_PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self, seconds: float = 120) -> None:
        """Until it is healthy."""
        while perf_counter() - self.started < seconds:
            if self._process.poll() is not None:
                raise RuntimeError("the server ended by itself")
            try:
                if httpx.get(f"{self.url}/health", timeout=30).status_code == 200:
                    return
            except httpx.TransportError:
                sleep(0.02)
        raise RuntimeError(f"the server was not healthy in {seconds} s")

    def resident_mb(self) -> float:
        """Resident memory now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def server(command: list[str] | None = None, **environment: str) -> Iterator[Server]:
    """The app as `make run` serves it, or as another command does."""
    running = Server(command or [sys.executable, "-m", "app"], environment)
    try:
        running.wait()
        yield running
    finally:
        running.stop()
