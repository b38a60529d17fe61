"""Google Drive as gdown sees it: the real gdown, over TLS, from a server of ours that a proxy puts there."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config.settings import ROOT, Settings
from core.data.fetching.fetch import Patience, fetch, remove_leftovers
from core.errors import LimitError, StudioError
from tests.support.bad_server import Answer, BadServer, certificate, serving

ID = "1vlhZ5c7abUKF8xXERIw6m9Te8fW7ohw3"
LINK = f"https://drive.google.com/file/d/{ID}/view"
FILE, PAGES = "drive.google.com/uc", {"Content-Type": "text/html; charset=utf-8"}
QUICK = Patience(connect=1, silent=0.5, tries=2, pause=0.01)
ONCE = Patience(connect=1, silent=0.5, tries=1)
QUOTA = """<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head><body>
<p class="uc-error-caption">Sorry, you can&#39;t view or download this file at this time.</p>
<p class="uc-error-subcaption">Too many users have viewed or downloaded this file recently.</p>
</body></html>"""
WARNING = (
    '<!DOCTYPE html><html><body><form id="download-form" method="get" '
    'action="https://drive.usercontent.google.com/download"><input type="submit" value="Download anyway"/>'
    '<input type="hidden" name="id" value="{id}"><input type="hidden" name="confirm" value="t"></form></body>'
)
"""What Drive says of files too large for its virus scan."""
LOG_IN = "<!DOCTYPE html><html><head><title>Google Drive: Sign-in</title></head><body>Sign in</body></html>"


def zipped(count: int, seed: int = 0) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("Cyst/Cyst- (1).png", hashlib.shake_256(bytes([seed])).digest(count))
    return target.getvalue()


ZIP, SAME, OTHER = zipped(2_000_000), zipped(2_000_000, seed=1), zipped(2_500_000, seed=2)
HALF = 2 * 2**19
"""gdown writes 512 KB at a time."""


def page(text: str, status: int = 200) -> Answer:
    return Answer(text.encode(), status, headers=PAGES, etag=None)


def file(body: bytes = ZIP, name: str = "kidney set.zip", **how: object) -> Answer:
    head = {"Content-Type": "application/zip", "Content-Disposition": f'attachment; filename="{name}"'}
    return Answer(body, headers=head, **how)  # type: ignore[arg-type]


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    hosts = "drive.google.com", "docs.google.com", "drive.usercontent.google.com", "accounts.google.com"
    with serving(certificate(tmp_path, *hosts)) as one:
        monkeypatch.setenv("HTTPS_PROXY", one.url)
        monkeypatch.delenv("https_proxy", raising=False)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "hosts.pem"))
        yield one


def brought(here: Settings, **how: object) -> Path:
    return fetch(ID, here, lambda what, share: None, **{"patience": QUICK, **how})  # type: ignore[arg-type]


def refused(here: Settings, **how: object) -> StudioError:
    """The error, after which nothing is listed as finished."""
    with pytest.raises(StudioError) as raised:
        brought(here, **how)
    assert raised.value.sentence.endswith(".")
    assert "\n" not in raised.value.sentence
    assert not files(here, ".zip")
    return raised.value


def files(here: Settings, suffix: str) -> list[Path]:
    found = (here.var / "data" / ".downloads").glob(f"*/*{suffix}")
    return sorted(path for path in found if path.is_file())


def part_of(here: Settings) -> int:
    return sum(path.stat().st_size for path in (here.var / "data" / ".downloads").rglob("*.part"))


def test_a_public_file_comes_whole_under_its_name(google: BadServer, here: Settings) -> None:
    told: list[tuple[str, float]] = []
    google.at(FILE, file())
    path = fetch(LINK + "?usp=sharing", here, lambda what, share: told.append((what, share)), patience=QUICK)
    assert path.read_bytes() == ZIP
    assert path.name == "kidney set.zip"
    assert told[-1] == ("downloading: 1.9 MB of 1.9 MB", 1.0)
    assert brought(here) == path
    assert [one.path for one in google.asked] == [f"/uc?id={ID}"]
    assert sorted(one.name for one in path.parent.iterdir()) == ["kidney set.zip", "lock"]


def test_a_file_too_large_for_drives_virus_scan_comes_too(google: BadServer, here: Settings) -> None:
    google.at(FILE, page(WARNING.format(id=ID)))
    google.at("drive.usercontent.google.com/download", file())
    assert brought(here).read_bytes() == ZIP
    assert google.asked[-1].path == f"/download?id={ID}&confirm=t"


def test_a_spent_quota_is_a_sentence(google: BadServer, here: Settings) -> None:
    google.at(FILE, page(QUOTA))
    error = refused(here)
    assert error.code == "quota"
    assert error.sentence.startswith(f"Google Drive hands out {LINK} to nobody for now: too many people")
    assert "Try again tomorrow, or open it in a browser" in error.sentence


@pytest.mark.parametrize("status", [200, 401, 403, 404, 500])
def test_a_file_that_is_private_or_gone_is_a_sentence(google: BadServer, here: Settings, status: int) -> None:
    google.at(FILE, page(LOG_IN, status))
    google.at("drive.google.com/open", page(LOG_IN))
    error = refused(here)
    assert error.code == "page"
    assert error.sentence.startswith(
        f"Google Drive sent a web page instead of {LINK}: the file may be gone, not"
    )


def test_a_log_in_on_another_host_is_a_sentence(google: BadServer, here: Settings) -> None:
    google.at("accounts.google.com/ServiceLogin", page(LOG_IN))
    onward = {"Location": "https://accounts.google.com/ServiceLogin"}
    google.at(FILE, Answer(status=302, headers=onward))
    assert refused(here).code == "page"


@pytest.mark.parametrize(
    "strange", [Answer(b"?", etag=None), page('<form id="download-form"></form>'), page("")], ids=range(3)
)
def test_pages_that_gdown_does_not_know_are_a_sentence(
    google: BadServer, here: Settings, strange: Answer
) -> None:
    google.at(FILE, strange)
    assert "Open it in a browser" in refused(here).sentence


def test_warnings_without_end_end_in_a_sentence(google: BadServer, here: Settings) -> None:
    google.at(FILE, page(WARNING.format(id=ID)))
    google.at("drive.usercontent.google.com/download", page(WARNING.format(id=ID), 200))
    started = time.monotonic()
    assert refused(here, patience=ONCE).code == "page"
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("silent", [Answer(silent=True), file(stall=HALF), file(stall=0)], ids=range(3))
def test_a_drive_that_goes_silent_ends_in_a_sentence(
    google: BadServer, here: Settings, silent: Answer
) -> None:
    google.at(FILE, silent)
    started = time.monotonic()
    assert (
        "Google Drive can't be reached, or the connection broke off" in refused(here, patience=ONCE).sentence
    )
    assert time.monotonic() - started < 4


def test_without_a_network_it_ends_in_a_sentence(
    here: Settings, monkeypatch: pytest.MonkeyPatch, google: BadServer
) -> None:
    with serving() as gone:
        monkeypatch.setenv("HTTPS_PROXY", gone.url)
    assert f"{LINK} can't be fetched" in refused(here, patience=ONCE).sentence


def test_what_is_no_zip_is_refused_at_once(google: BadServer, here: Settings) -> None:
    google.at(FILE, file(b"Rar!" + ZIP, "kidney.rar", pause=0.02))
    assert "sent a file that is no zip" in refused(here).sentence
    assert google.sent < len(ZIP)


def test_a_file_larger_than_allowed_is_stopped(google: BadServer, here: Settings) -> None:
    google.at(FILE, file())
    error = refused(here, most=HALF)
    assert isinstance(error, LimitError)
    assert part_of(here) == 0


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/x.zip", "_.._etc_x.zip"),
        ("n" * 300 + ".zip", f"{ID}.zip"),
        ("x", "x.zip"),
        (".zip", "download.zip"),
    ],
)
def test_the_file_has_a_safe_name(google: BadServer, here: Settings, name: str, safe: str) -> None:
    google.at(FILE, file(name=name))
    path = brought(here)
    assert path.read_bytes() == ZIP
    assert path.parent.parent == here.var / "data" / ".downloads"
    assert path.name == safe


# breaking off and going on


def test_a_cut_off_download_goes_on_where_it_ended(google: BadServer, here: Settings) -> None:
    google.at(FILE, file(cut=HALF), file())
    assert brought(here).read_bytes() == ZIP
    assert [one.range for one in google.asked] == [None, f"bytes={HALF}-"]


def broken_off(google: BadServer, here: Settings) -> int:
    """Leaves a part behind; its bytes."""
    google.at(FILE, file(cut=HALF))
    assert "goes on from what is here" in refused(here, patience=ONCE).sentence
    assert part_of(here) == HALF
    return HALF


def test_another_try_goes_on_where_the_last_ended(google: BadServer, here: Settings) -> None:
    came = broken_off(google, here)
    google.at(FILE, file())
    assert brought(here, patience=ONCE).read_bytes() == ZIP
    assert google.asked[-1].range == f"bytes={came}-"


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("new", [SAME, OTHER, zipped(1_000)], ids=["as long", "longer", "shorter"])
def test_a_file_that_changed_meanwhile_starts_clean(
    google: BadServer, here: Settings, new: bytes, ranges: bool
) -> None:
    broken_off(google, here)
    google.at(FILE, file(new, etag='"two"', ranges=ranges))
    assert brought(here, patience=ONCE).read_bytes() == new


def test_after_a_kill_at_the_last_byte_it_still_comes(google: BadServer, here: Settings) -> None:
    broken_off(google, here)
    next((here.var / "data" / ".downloads").rglob("*.part")).write_bytes(ZIP)
    google.at(FILE, file())
    assert brought(here, patience=ONCE).read_bytes() == ZIP


def test_a_part_under_another_name_is_no_obstacle(google: BadServer, here: Settings) -> None:
    broken_off(google, here)
    google.at(FILE, file(name="renamed.zip"))
    path = brought(here, patience=ONCE)
    assert path.read_bytes() == ZIP
    assert path.name == "renamed.zip"


CHILD = """
import sys
from pathlib import Path
from core.config.settings import Settings
from core.data.fetching.fetch import Patience, fetch
from core.errors import StudioError
try:
    print(fetch(sys.argv[1], Settings(var=Path(sys.argv[2])), lambda what, share: None,
                patience=Patience(connect=2, silent=5, tries=1)))
except StudioError as error:
    print(error.code, error.sentence)
"""


def test_after_a_kill_it_goes_on_where_it_ended(google: BadServer, here: Settings) -> None:
    google.at(FILE, file(pause=0.03), file())
    with subprocess.Popen([sys.executable, "-c", CHILD, ID, str(here.var)], cwd=ROOT) as running:
        for _ in range(1000):
            if part_of(here) >= 2**19:
                break
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
    came = part_of(here)
    assert 0 < came < len(ZIP)
    assert not files(here, ".zip")
    assert brought(here).read_bytes() == ZIP
    assert google.asked[-1].range == f"bytes={came}-"
    assert remove_leftovers(here, days=0) == 1


@pytest.mark.parametrize("announce", [None, -1], ids=["refused before", "full on the way"])
def test_a_full_disk_is_a_sentence_and_left_as_it_was(
    google: BadServer, here: Settings, announce: int | None
) -> None:
    here.var.mkdir()
    google.at(FILE, file(announce=announce))
    alone = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    mounting = [*alone, "mount", "-t", "tmpfs", "tmpfs", str(here.var)]
    tried = subprocess.run(mounting, capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"no file system can be mounted here: {tried.stderr.strip()}")
    script = 'mount -t tmpfs -o size=1m tmpfs "$2" && "$3" -c "$4" "$1" "$2" && find "$2" -type f -size +0'
    command = [*alone, "sh", "-c", script, "sh", ID, str(here.var), sys.executable, CHILD]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    assert out.startswith("disk-full ")
    assert out.strip().endswith("Free some space and try again.")


def test_gdown_is_loaded_only_for_drive() -> None:
    code = "import sys, core.data.fetching.fetch; sys.exit('gdown' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
