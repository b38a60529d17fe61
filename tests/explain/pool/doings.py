"""Works that behave badly, done by the pool's real process."""

import ctypes
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError
from core.explain.values import Cancelled, Step

KINDS = {
    name: f"tests.explain.pool.doings:{name}"
    for name in ("add", "nap", "deaf", "load", "die", "fault", "leave", "refuse", "stumble", "starve", "drop",
                 "send", "keep", "pid", "model")
}  # fmt: skip


def add(networks: Any, step: Step, first: int, second: int) -> int:
    step(1.0)
    return first + second


def nap(networks: Any, step: Step, seconds: float, note: Path | None = None, name: str = "") -> float:
    """Sleeps, with a step every fiftieth of a second."""
    if note:
        with note.open("a") as stream:
            stream.write(f"{name}\n")
    parts = max(1, round(50 * seconds))
    for part in range(parts):
        time.sleep(seconds / parts)
        step((part + 1) / parts)
    return seconds


def deaf(networks: Any, step: Step, seconds: float) -> None:
    """Computes without a step."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        np.ones(100_000).sum()


def load(networks: Any, step: Any, seconds: float) -> None:
    """As a model that takes its time to load."""
    with step.loading("loading a lot"):
        time.sleep(seconds)


def die(networks: Any, step: Step, note: Path, times: int) -> int:
    """Is killed, so many times."""
    _note(note)
    if _count(note) <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return _count(note)


def fault(networks: Any, step: Step) -> None:
    ctypes.string_at(0)


def leave(networks: Any, step: Step) -> None:
    raise SystemExit(3)


def refuse(networks: Any, step: Step) -> None:
    raise InputError("This square is no good. Choose another one.", "no-good")


def stumble(networks: Any, step: Step) -> None:
    raise RuntimeError("a secret of the code")


def starve(networks: Any, step: Step) -> None:
    raise MemoryError


def drop(networks: Any, step: Step) -> None:
    raise Cancelled


def send(networks: Any, step: Step, megabytes: int) -> np.ndarray:
    return np.arange(megabytes * 2**17, dtype=np.int64)


def keep(networks: Any, step: Step) -> Any:
    """What can't be sent."""
    return lambda: None


def pid(networks: Any, step: Step) -> int:
    return os.getpid()


def model(networks: Any, step: Step) -> tuple[str, int]:
    """The bundle's name, and which object has it."""
    return networks.bundle.card.name, id(networks)


def _note(note: Path) -> None:
    with note.open("a") as stream:
        stream.write("here\n")


def _count(note: Path) -> int:
    return len(note.read_text().splitlines())
