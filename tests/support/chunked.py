"""Computes things of a training's data flow in a process of its own: `python -m tests.support.chunked TASK`.

A line of JSON says what: ``{"do": "count" | "squares" | "copies", "path" | "data", "var", ...}``. Each thing
that is worked on is written to stdout, and where the task says so the process kills itself there.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.config.params import Augmentation
from core.config.settings import Settings
from core.data import manifest
from core.errors import StudioError
from core.imaging.preprocess import PreprocessSpec
from core.training.inputs import chunks
from core.training.inputs.features import Extractor
from core.training.inputs.squares import squares

SPEC = PreprocessSpec(size=64)


def say(word: object) -> None:
    os.write(1, f"{word}\n".encode())


def reached(task: dict[str, Any], at: float) -> None:
    if "kill_at" in task and at >= task["kill_at"]:
        os.kill(os.getpid(), signal.SIGKILL)


def count(task: dict[str, Any]) -> None:
    """Rows (i, i, i); says each that is made."""

    def make(some: range) -> Iterator[np.ndarray]:
        for number in some:
            reached(task, number)
            say(number)
            time.sleep(task.get("pause", 0))
            yield np.full(3, number, np.float32)

    chunks.array(Path(task["path"]), task["count"], make, lambda words, share: None)


def frames(task: dict[str, Any]) -> None:
    """Squares; says each slice that is opened."""
    opened = 0

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal opened
        if event == "open" and isinstance(args[0], str) and "/images/" in args[0]:
            opened += 1
            reached(task, opened)
            say(args[0])

    data = Path(task["data"])
    rows = manifest.read(data)
    sys.addaudithook(hook)
    squares(data, rows, SPEC, Settings(var=Path(task["var"])), lambda words, share: None)


def copies(task: dict[str, Any]) -> None:
    """Features of a copy; says what is told."""

    def tell(words: str, share: float) -> None:
        if words.startswith("features"):
            say(words)
            reached(task, share)

    data, here = Path(task["data"]), Settings(var=Path(task["var"]))
    extractor = Extractor(Path(task["network"]).read_bytes(), "tiny", SPEC, 0, here)
    extractor.copies(data, manifest.read(data), task["number"], Augmentation(), tell)


def main() -> int:
    task = json.loads(sys.argv[1])
    try:
        {"count": count, "squares": frames, "copies": copies}[task["do"]](task)
    except StudioError as error:
        say(error.sentence)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
