"""A real server in a process of its own, and Debian's chromium in front of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.config.settings import ROOT, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--disable-sync", "--no-first-run",
)  # fmt: skip


@pytest.fixture(scope="package")
def browser() -> Iterator["Browser"]:
    """Headless chromium; the test is skipped where there is none.

    Ends with this package: while Playwright runs, no other test can run an event loop.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("no chromium on the path: install Debian's package chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    # a busy machine is slow; what is wrong stays wrong for as long
    sync_api.expect.set_options(timeout=60_000)
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A page of its own; no script of it may fail, and nothing on it opens a dialog of the browser's."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.problems = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("dialog", lambda alert: (page.problems.append(alert.message), alert.dismiss()))
    yield page
    assert not page.problems
    context.close()


@pytest.fixture(scope="package")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app as `make run` starts it, on a free port, with a var/ of its own."""
    with served(tmp_path_factory.mktemp("server"), request) as address:
        yield address


@contextmanager
def served(folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The app in a process of its own, with `folder`/var; its log must know no traceback."""
    with started(folder, request) as (address, _):
        yield address


@contextmanager
def started(folder: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """As `served`, with the process, which may be killed; it can be started again in the same folder."""
    port = _free_port()
    env = {**os.environ, "KCS_PORT": str(port), "KCS_VAR": str(folder / "var")}
    env["KCS_ASSETS"] = str(_assets(folder, request))
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app"], cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process, folder / "log.txt")
            yield address, process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    assert "Traceback" not in (folder / "log.txt").read_text(encoding="utf-8")


def _assets(folder: Path, request: pytest.FixtureRequest) -> Path:
    assets = folder / "assets"
    if assets.is_dir():
        return assets
    assets.mkdir()
    for one in (settings().assets).iterdir():
        (assets / one.name).symlink_to(one)
    if not (assets / "model" / "bundle.json").is_file():
        (assets / "model").unlink(missing_ok=True)
        (assets / "model").symlink_to(request.getfixturevalue("tiny"))
    return assets


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text(encoding="utf-8")[-3000:]
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8")[-3000:])
