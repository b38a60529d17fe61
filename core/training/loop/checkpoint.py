"""What a training needs to go on after a break: one file, replaced after each epoch."""

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.storage import writing
from core.training.history import Epoch

FILE = "training.npz"
FORMAT = 1
_LISTS = ("weights", "optimiser", "best")
_DAMAGE = (
    OSError, EOFError, LookupError, ValueError, TypeError, SyntaxError, RuntimeError, MemoryError,
    struct.error, zlib.error, zipfile.BadZipFile, zipfile.LargeZipFile,
)  # fmt: skip
"""What numpy and zipfile say of bytes that are no longer what was written."""
Arrays = Sequence[NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A training after an epoch.

    Attributes:
        belongs: A digest of all that the training depends on.
        history: The epochs so far, at least one; the last one's stage is where it stands.
        weights: Of the layers that learn in that stage. Frozen ones are not kept.
        optimiser: Its variables, the count of steps among them.
        best: The weights of the best epoch, of the same layers.
    """

    belongs: str
    history: tuple[Epoch, ...]
    weights: Arrays
    optimiser: Arrays
    best: Arrays


def save(folder: Path, state: State) -> None:
    """Keep a state in place of the one before; a kill leaves one of the two, whole.

    Args:
        folder: Made if missing. One training writes to it at a time.
        state: Whole.

    Raises:
        StorageError: The disk is full or can't be written to. What was kept before still is.
    """
    part = folder / f".{FILE}.part"
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as stream:
                _write(stream, state)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(folder / FILE)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
        _settled(folder)


def load(folder: Path, belongs: str) -> State | None:
    """The state that was kept; None if there is none, it is damaged, or it is another training's.

    Args:
        folder: Of the training.
        belongs: As its `State.belongs`.
    """
    try:
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            card = json.loads(arrays["card"].tobytes())
            if card["format"] != FORMAT or card["belongs"] != belongs:
                return None
            history = tuple(Epoch(**fields) for fields in card["history"])
            found = [[arrays[f"{name}/{at}"] for at in range(card[name])] for name in _LISTS]
            return State(belongs, history, *found) if history else None
    except _DAMAGE:
        return None


def _write(stream: BinaryIO, state: State) -> None:
    history = [asdict(replace(one, metrics=dict(one.metrics))) for one in state.history]
    card: dict[str, Any] = {"format": FORMAT, "belongs": state.belongs, "history": history}
    arrays: dict[str, NDArray[Any]] = {}
    for name in _LISTS:
        values = getattr(state, name)
        card[name] = len(values)
        arrays |= {f"{name}/{at}": value for at, value in enumerate(values)}
    arrays["card"] = np.frombuffer(json.dumps(card).encode(), np.uint8)
    np.savez(stream, **arrays)  # type: ignore[arg-type]


def _settled(folder: Path) -> None:
    """The new name is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
