"""Train with jobs in their folders, and a worker that may be stopped."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.conftest import Studio


@pytest.fixture
def worker() -> Iterator[int]:
    """A process that does nothing, as a worker; the leader of its own group."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True
    )
    yield process.pid
    process.kill()
    process.wait()


class Train(Studio):
    """Train in one session."""

    def __init__(self, job: str = "", **address: str) -> None:
        super().__init__()
        for name, value in {"job": job, **address}.items():
            if value:
                self.at.query_params[name] = value
        self.at.switch_page("../pages/train.py").run()

    def address(self, name: str) -> str:
        found = self.at.query_params.get(name, "")
        return found if isinstance(found, str) else "".join(found)

    def has(self, key: str) -> bool:
        return any(one.key == key for one in [*self.at.button, *self.at.checkbox])


@pytest.fixture
def place(var: Path, assets: Path) -> Path:
    """The folder below which jobs lie; the app has no model of its own."""
    return var
