"""What a run is to say, on disk before anything else: appended to by one process, delivered by another.

Everything is kept until it is delivered. What is delivered is a length of the file, so a delivery
that was killed starts again at most one batch back.
"""

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.storage import write_text, writing

FOLDER = "outbox"
_ENTRIES, _STATE, _LOCK = "entries.jsonl", "delivered.json", "lock"
_FILES, _CHILDREN = "files", "children"
_CHUNK = 1024 * 1024
_COPIED = 8 * 1024 * 1024
"""Larger files are linked, not copied, where the file system can."""


class Delivered(BaseModel):
    """How far an outbox is delivered.

    Attributes:
        run_id: The MLflow run; None before there is one.
        experiment_id: Of it.
        length: Bytes of the entries that the store has.
        over: The run was ended in the store by the last of these.
        trouble: A sentence why the rest isn't; empty where nothing is in the way.
        refused: Sentences on entries that the store will never take.
    """

    model_config = ConfigDict(frozen=True)

    run_id: str | None = None
    experiment_id: str = ""
    length: int = 0
    over: bool = False
    trouble: str = ""
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it was read.

    Attributes:
        entry: Its fields; empty where the line is damaged.
        end: Bytes of the file up to its end.
    """

    entry: Mapping[str, Any]
    end: int


class Outbox:
    """An outbox.

    Attributes:
        place: Its folder.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self._waiting: list[bytes] = []
        self._guard = threading.Lock()

    def open(self) -> None:
        """Make its folder, and cut off a last line that a kill left unfinished.

        Raises:
            OSError: It can't be written to.
        """
        self.place.mkdir(parents=True, exist_ok=True)
        path = self.place / _ENTRIES
        if path.is_file():
            whole = path.read_bytes().rfind(b"\n") + 1
            if whole < path.stat().st_size:
                os.truncate(path, whole)

    def append(self, **entry: object) -> None:
        """Add an entry: one that the disk refuses waits in memory for the next call.

        Raises:
            OSError: The disk refuses.
        """
        line = json.dumps(entry, ensure_ascii=False, allow_nan=False) + "\n"
        with self._guard:
            self._waiting.append(line.encode())
            self._write()

    def flush(self) -> None:
        """Put on the disk what waits, so that losing power loses none of it.

        Raises:
            OSError: The disk refuses.
        """
        with self._guard:
            self._write()
        self.settle()

    def settle(self) -> None:
        """Wait until the entries are on the disk: the store must never know more than the outbox.

        Raises:
            OSError: The disk refuses.
        """
        with suppress(FileNotFoundError):
            handle = os.open(self.place / _ENTRIES, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def lines(self, start: int = 0) -> Iterator[Line]:
        """Whole entries from a place on, oldest first.

        Args:
            start: Bytes to pass over.
        """
        with suppress(FileNotFoundError), (self.place / _ENTRIES).open("rb") as stream:
            stream.seek(start)
            for raw in stream:
                if not raw.endswith(b"\n"):
                    return
                start += len(raw)
                yield Line(_parsed(raw), start)

    @property
    def length(self) -> int:
        """Bytes of all entries."""
        try:
            return (self.place / _ENTRIES).stat().st_size
        except OSError:
            return 0

    @property
    def waits(self) -> bool:
        """Some entries are only in this process's memory: the disk refused them."""
        return bool(self._waiting)

    @property
    def delivered(self) -> Delivered:
        """How far it is delivered."""
        try:
            return Delivered.model_validate_json((self.place / _STATE).read_bytes())
        except (OSError, ValidationError):
            return Delivered()

    @property
    def done(self) -> bool:
        """All of it and of its children is delivered, and the runs are ended in the store."""
        now = self.delivered
        return now.over and now.length >= self.length and all(one.done for one in self.children())

    def note(self, delivered: Delivered) -> None:
        """Write down how far it is delivered.

        Raises:
            StorageError: The disk is full or can't be written to.
        """
        write_text(self.place / _STATE, delivered.model_dump_json() + "\n")

    def child(self, name: str) -> "Outbox":
        """The outbox of a part of the run.

        Args:
            name: Fit for a file.
        """
        return Outbox(self.place / _CHILDREN / name)

    def children(self) -> list["Outbox"]:
        """Of all parts, by name."""
        place = self.place / _CHILDREN
        return [Outbox(path) for path in sorted(place.iterdir())] if place.is_dir() else []

    def keep(self, source: Path, name: str = "") -> str:
        """Keep a file or a folder as it is now, whatever becomes of it later.

        Args:
            source: The file or folder.
            name: What to call it; its own name if empty.

        Returns:
            Where it lies in the outbox.

        Raises:
            OSError: It can't be read, or the disk refuses.
        """
        files = self.place / _FILES
        files.mkdir(parents=True, exist_ok=True)
        slot = _slot(files)
        target = slot / (name or source.name)
        if source.is_dir():
            shutil.copytree(source, target, copy_function=_kept)
        else:
            _kept(source, target)
        return str(target.relative_to(self.place))

    def clear(self) -> None:
        """Let go of files that are delivered."""
        shutil.rmtree(self.place / _FILES, ignore_errors=True)

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Alone with it as the one who delivers; a killed process lets go. Whether that worked."""
        with writing(self.place), (self.place / _LOCK).open("ab") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def _write(self) -> None:
        if not self._waiting:
            return
        content = b"".join(self._waiting)
        with (self.place / _ENTRIES).open("ab", buffering=0) as stream:
            start = stream.seek(0, os.SEEK_END)
            try:
                if stream.write(content) != len(content):
                    raise OSError(28, os.strerror(28))
            except OSError:
                # half a line would join with the next one
                os.ftruncate(stream.fileno(), start)
                raise
        self._waiting.clear()


def _parsed(raw: bytes) -> Mapping[str, Any]:
    try:
        entry = json.loads(raw)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _slot(files: Path) -> Path:
    """A new folder for one file, so that two of a name get on."""
    number = len(list(files.iterdir()))
    while True:
        slot = files / f"{number:04d}"
        try:
            slot.mkdir()
        except FileExistsError:
            number += 1
        else:
            return slot


def _kept(source: str | Path, target: str | Path) -> None:
    source, target = Path(source), Path(target)
    if source.stat().st_size > _COPIED:
        with suppress(OSError):
            target.hardlink_to(source.resolve())
            return
    shutil.copyfile(source, target)
