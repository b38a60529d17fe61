"""The interface and the API on a port of their own, as `make run` serves them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, sleep

import httpx

from core.config.settings import ROOT, Settings


@contextmanager
def served(settings: Settings) -> Iterator[httpx.Client]:
    """A client of a server that is ended afterwards.

    Args:
        settings: Where it reads and writes.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"KCS_PORT": str(port), "KCS_HOST": "127.0.0.1", "KCS_THREADS": str(settings.threads)}
    env |= {"KCS_ASSETS": str(settings.assets), "KCS_VAR": str(settings.var)}
    process = subprocess.Popen([sys.executable, "-m", "app"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            _wait(http, process)
            yield http
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) is not None


def _wait(http: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    end = perf_counter() + 60
    while perf_counter() < end:
        assert process.poll() is None, "the server ended by itself"
        try:
            if http.get("/api/health").status_code == 200:
                return
        except httpx.TransportError:
            sleep(0.1)
    raise AssertionError("the server did not come up in a minute")
