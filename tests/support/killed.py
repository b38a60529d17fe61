"""Does things with data sets in processes that kill themselves: `python -m tests.support.killed`.

Each line on stdin is a task. It is done in a fork, which writes a line for each change of the disk
that it is about to make and, where the task says so, kills itself before one of them.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from core.config.params import Split
from core.config.settings import Settings
from core.data import edits, sets, split
from core.data.ingest import ingest
from core.errors import StudioError

CHANGES = frozenset({"os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.truncate"})
CALLS = frozenset({"renameat2", "syncfs"})


def change(event: str, args: tuple[Any, ...]) -> str | None:
    """What an audit event says is about to be changed below a set's folder, if anything."""
    if event in CHANGES:
        return f"{event} {args[0]} {args[1]}"
    if event == "ctypes.dlsym" and args[1] in CALLS:
        return f"call {args[1]}"
    if event == "open" and isinstance(args[0], str) and args[2] & (os.O_WRONLY | os.O_RDWR):
        return f"open {args[0]}"
    return None


def do(task: dict[str, Any]) -> None:
    here, name = Settings(var=Path(task["var"])), task["name"]
    folder = sets.folder(name, here)
    if task["do"] == "ingest":
        ingest(task["source"], name, here, add=task.get("add", False), base=task.get("base", ""))
    elif task["do"] == "split":
        with sets.locked(name, here):
            split.split(folder, Split(seed=task["seed"]))
    elif task["do"] == "exclude":
        edits.exclude(folder, task["path"])
    else:
        sets.remove(name, here)


def watched(task: dict[str, Any]) -> None:
    count = 0

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal count
        said = change(event, args)
        if said is None:
            return
        if count == task.get("at"):
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1
        os.write(1, f"{said}\n".encode("utf-8", "replace"))

    sys.addaudithook(hook)
    try:
        do(task)
    except StudioError as error:
        os.write(1, f"said {error.sentence}\n".encode())
        os._exit(1)
    os._exit(0)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            watched(json.loads(line))
        _, status = os.waitpid(child, 0)
        os.write(1, f"ended {os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    main()
