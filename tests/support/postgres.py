"""A PostgreSQL server of its own in a folder, from the machine's packages."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_SERVERS = ("postgres", "nobody")
"""Users that it runs as where we are root, which it refuses."""


def binaries() -> Path | None:
    """The folder of its programs; None where it isn't installed."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    known = shutil.which("initdb")
    places += [Path(known).resolve().parent] if known else []
    return next((one for one in places if (one / "postgres").is_file()), None)


@contextmanager
def serving(folder: Path, programs: Path) -> Iterator[str]:
    """A server with an empty database, until the block is left.

    Args:
        folder: Empty or missing.
        programs: From `binaries`.

    Yields:
        Its address for SQLAlchemy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _other_user(folder)
    data = folder / "data"
    made = [str(programs / "initdb"), "-D", str(data), "-U", "us", "-A", "trust", "--no-sync", "-E", "UTF8"]
    done = subprocess.run([*before, *made], check=False, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        raise RuntimeError(done.stderr)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = (
        f"port={port}",
        "listen_addresses=127.0.0.1",
        f"unix_socket_directories={folder}",
        "fsync=off",
    )
    command = [
        str(programs / "postgres"),
        "-D",
        str(data),
        *(part for one in settings for part in ("-c", one)),
    ]
    with (folder / "log.txt").open("wb") as log:
        server = subprocess.Popen([*before, *command], stdout=log, stderr=log, cwd=folder)
    try:
        address = f"postgresql://us@127.0.0.1:{port}/postgres"
        _await(address, server, folder / "log.txt")
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _other_user(folder: Path) -> Sequence[str]:
    """What a command begins with so that it doesn't run as root; the folder is then that user's."""
    if os.geteuid() != 0:
        return ()
    name = next(one for one in _SERVERS if _known(one))
    user = pwd.getpwnam(name)
    os.chown(folder, user.pw_uid, user.pw_gid)
    for above in folder.parents[:3]:
        above.chmod(above.stat().st_mode | 0o011)
    return ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--")


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _await(address: str, server: "subprocess.Popen[bytes]", log: Path, seconds: float = 30.0) -> None:
    import sqlalchemy

    engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.NullPool)
    until = time.monotonic() + seconds
    while True:
        try:
            engine.connect().close()
        except sqlalchemy.exc.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(log.read_text()) from None
            time.sleep(0.05)
        else:
            return
