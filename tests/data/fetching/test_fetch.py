import hashlib
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.config.settings import ROOT, Settings
from core.data.fetching.fetch import Patience, fetch, forget, remove_leftovers
from core.errors import DataError, InputError, LimitError, StudioError
from tests.support.bad_server import Answer, BadServer, certificate, serving

QUICK = Patience(connect=1, silent=0.4, tries=3, pause=0.01)
ONCE = Patience(connect=1, silent=0.4, tries=1)
PAGE = b"<!DOCTYPE html><html><head><title>Sign&nbsp;in\n &ndash; Host</title></head></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}


def zipped(count: int, seed: int = 0) -> bytes:
    """A zip of a bit more than so many bytes that don't pack."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("Cyst/Cyst- (1).png", hashlib.shake_256(bytes([seed])).digest(count))
    return target.getvalue()


ZIP, SAME, OTHER = zipped(400_000), zipped(400_000, seed=2), zipped(500_000, seed=1)
HALF = 200_000


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server() -> Iterator[BadServer]:
    with serving() as one:
        yield one


def brought(address: str, here: Settings, **how: object) -> Path:
    return fetch(address, here, lambda what, share: None, **{"patience": QUICK, **how})  # type: ignore[arg-type]


def refused(address: str, here: Settings, **how: object) -> StudioError:
    """The error, after which nothing is listed as finished."""
    with pytest.raises(StudioError) as raised:
        brought(address, here, **how)
    sentence = raised.value.sentence
    assert len(sentence) < 420
    assert sentence.endswith(".")
    assert "Traceback" not in sentence
    assert not files(here, "*.zip")
    return raised.value


def files(here: Settings, pattern: str) -> list[Path]:
    return sorted((here.var / "data" / ".downloads").rglob(pattern))


# what works


def test_a_zip_comes_whole_and_the_progress_says_how_far(server: BadServer, here: Settings) -> None:
    told: list[tuple[str, float]] = []
    url = server.at("/sets/kidney.zip", Answer(ZIP, pause=0.02))
    path = fetch(url, here, lambda what, share: told.append((what, share)), patience=QUICK)
    assert path.read_bytes() == ZIP
    assert path.name == "kidney.zip"
    key = hashlib.sha256(url.encode()).hexdigest()[:32]
    assert path.parent == here.var / "data" / ".downloads" / key
    assert told[-1] == ("downloading: 391 KB of 391 KB", 1.0)
    shares = [share for _, share in told]
    assert len(shares) >= 3
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[1] < 1


def test_what_is_here_is_not_asked_for_again_until_forgotten(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(ZIP))
    assert brought(url, here) == brought(url, here)
    assert len(server.asked) == 1
    forget(url, here)
    assert not files(here, "*")
    brought(url, here)
    assert len(server.asked) == 2


def test_the_size_may_be_unknown(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(ZIP, announce=-1))
    assert brought(url, here).read_bytes() == ZIP


def test_a_slow_server_is_waited_for_as_long_as_it_sends(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(ZIP, chunk=40_000, pause=0.1))
    started = time.monotonic()
    assert brought(url, here).read_bytes() == ZIP
    assert time.monotonic() - started > 2 * QUICK.silent


# breaking off and going on


def test_a_cut_off_download_goes_on_where_it_ended(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(ZIP, cut=HALF), Answer(ZIP, cut=HALF // 2), Answer(ZIP))
    assert brought(url, here).read_bytes() == ZIP
    assert [one.range for one in server.asked] == [None, f"bytes={HALF}-", f"bytes={HALF + HALF // 2}-"]
    assert server.sent == len(ZIP)


def test_without_ranges_it_starts_clean(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(ZIP, cut=HALF, ranges=False), Answer(ZIP, ranges=False))
    assert brought(url, here).read_bytes() == ZIP
    assert server.sent == HALF + len(ZIP)


def test_without_a_mark_of_its_version_it_starts_clean(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(ZIP, cut=HALF, etag=None), Answer(OTHER, etag=None))
    assert brought(url, here).read_bytes() == OTHER
    assert [one.range for one in server.asked] == [None, None]


@pytest.mark.parametrize("mark", ['W/"weak"', None])
def test_a_date_serves_where_there_is_no_strong_tag(
    server: BadServer, here: Settings, mark: str | None
) -> None:
    date = {"Last-Modified": "Tue, 15 Nov 2022 12:45:26 GMT"}
    url = server.at(
        "/a.zip", *(Answer(ZIP, cut=cut, etag=mark, headers=date, deaf=True) for cut in (HALF, None))
    )
    assert brought(url, here).read_bytes() == ZIP
    assert (server.asked[1].range, server.asked[1].if_range) == (f"bytes={HALF}-", date["Last-Modified"])


@pytest.mark.parametrize("deaf", [False, True], ids=["If-Range heard", "If-Range ignored"])
@pytest.mark.parametrize(
    "new", [OTHER, zipped(400_000, seed=2), zipped(1_000)], ids=["longer", "same", "shorter"]
)
def test_a_file_that_changed_meanwhile_starts_clean(
    server: BadServer, here: Settings, new: bytes, deaf: bool
) -> None:
    url = server.at("/a.zip", Answer(ZIP, cut=HALF), Answer(new, etag='"two"', deaf=deaf))
    assert brought(url, here).read_bytes() == new


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again(server: BadServer, here: Settings, status: int) -> None:
    told: list[str] = []
    url = server.at("/a.zip", Answer(b"sorry", status), Answer(b"sorry", status), Answer(ZIP))
    path = fetch(url, here, lambda what, share: told.append(what), patience=QUICK)
    assert path.read_bytes() == ZIP
    assert told[0] == f"downloading: the server answers {status}; trying again"


def test_a_server_that_says_when_to_come_back_is_left_alone_until_then(
    server: BadServer, here: Settings
) -> None:
    url = server.at("/a.zip", Answer(status=429, headers={"Retry-After": "1"}), Answer(ZIP))
    started = time.monotonic()
    assert brought(url, here).read_bytes() == ZIP
    assert 1 <= time.monotonic() - started < 3


@pytest.mark.parametrize("when", ["Tue, 15 Nov 2022 12:45:26 GMT", "-1", "soon", "²"])
def test_a_server_that_says_so_strangely_is_asked_again(server: BadServer, here: Settings, when: str) -> None:
    url = server.at("/a.zip", Answer(status=503, headers={"Retry-After": when}), Answer(ZIP))
    assert brought(url, here).read_bytes() == ZIP


def test_trouble_that_stays_ends_in_a_sentence(server: BadServer, here: Settings) -> None:
    error = refused(server.at("/a.zip", Answer(b"sorry", 503)), here)
    assert error.sentence.endswith(
        "a.zip can't be fetched: the server answers 503. Check the network and try again."
    )
    assert len(server.asked) == QUICK.tries


def test_a_download_that_always_breaks_off_keeps_what_came(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(ZIP, cut=50_000))
    error = refused(url, here)
    assert "goes on after the 146 KB that are here" in error.sentence
    server.at("/a.zip", Answer(ZIP))
    assert brought(url, here).read_bytes() == ZIP
    assert server.asked[-1].range == "bytes=150000-"


def test_a_bad_line_may_take_more_tries_as_long_as_it_gets_on(server: BadServer, here: Settings) -> None:
    large = zipped(7 * 1024**2)
    url = server.at("/a.zip", Answer(large, cut=1024**2))
    assert brought(url, here).read_bytes() == large
    assert len(server.asked) == 8 > QUICK.tries


@pytest.mark.parametrize(
    "silent",
    [Answer(silent=True), Answer(ZIP, stall=0), Answer(ZIP, stall=HALF, ranges=False),
     Answer(ZIP, stall=1, announce=-1)],
)  # fmt: skip
def test_a_server_that_goes_silent_ends_in_a_sentence(
    server: BadServer, here: Settings, silent: Answer
) -> None:
    url = server.at("/a.zip", silent)
    started = time.monotonic()
    assert "the server sent nothing for 1 s" in refused(url, here).sentence
    assert time.monotonic() - started < 4


def test_a_host_where_nobody_listens_ends_in_a_sentence(here: Settings) -> None:
    with serving() as server:
        url = server.url
    assert (
        "127.0.0.1 can't be reached. Check the network and try again."
        in refused(f"{url}/a.zip", here).sentence
    )


def test_a_host_that_is_none_ends_in_a_sentence(here: Settings) -> None:
    error = refused("https://host.invalid/a.zip", here)
    assert error.sentence.startswith("There is no host host.invalid, or no network")


@pytest.mark.parametrize(
    "host",
    ["¡", "a..b", ".", "x" * 300 + ".org", "-", "a b", "ho%20st", "*.org", "1.2.3", "[::g]", "腎臓.invalid"],
)
def test_a_host_that_nobody_could_have_ends_in_a_sentence(here: Settings, host: str) -> None:
    refused(f"https://{host}/a.zip", here, patience=ONCE)


# lies and wrong things


@pytest.mark.parametrize("ranges", [True, False])
def test_fewer_bytes_than_announced_are_refused(server: BadServer, here: Settings, ranges: bool) -> None:
    url = server.at("/a.zip", Answer(ZIP, announce=len(ZIP) + 10_000, ranges=ranges))
    assert "can't be fetched" in refused(url, here).sentence


def test_more_bytes_than_announced_are_refused(server: BadServer, here: Settings) -> None:
    error = refused(server.at("/a.zip", Answer(ZIP, announce=HALF)), here)
    assert "sent 195 KB that begin as a zip but lack its end" in error.sentence
    assert not files(here, "*.part")


def test_a_rest_that_is_longer_than_the_whole_is_stopped(server: BadServer, here: Settings) -> None:
    head = {"Content-Range": f"bytes {HALF}-{len(ZIP) - 1}/{len(ZIP)}", "ETag": '"one"'}
    rest = Answer(bytes(40_000_000), status=206, ranges=False, headers=head)
    error = refused(server.at("/a.zip", Answer(ZIP, cut=HALF), rest), here)
    assert "sent more than the 391 KB that it announced" in error.sentence
    assert server.sent < 30_000_000
    assert not files(here, "*.part")


def test_a_rest_from_somewhere_else_is_not_taken(server: BadServer, here: Settings) -> None:
    wrong = Answer(
        ZIP[100:], status=206, ranges=False,
        headers={"Content-Range": f"bytes 100-{len(ZIP) - 1}/{len(ZIP)}", "ETag": '"one"'},
    )  # fmt: skip
    url = server.at("/a.zip", Answer(ZIP, cut=HALF), wrong, Answer(ZIP))
    assert brought(url, here).read_bytes() == ZIP


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(PAGE, headers=HTML), 'a.zip sent a web page ("Sign in – Host") instead of a zip: it may'),
        (Answer(b"  <html>quota</html>"), "a.zip sent a web page instead of a zip"),
        (Answer(b'{"error": "denied"}'), "a.zip sent a file that is no zip"),
        (Answer(b""), "a.zip sent an empty file"),
        (Answer(b"PK"), "a.zip sent a file that is no zip"),
        (Answer(b"PK\x03\x04" + bytes(100)), "sent 104 bytes that begin as a zip but lack its end"),
        (Answer(b"Rar!\x1a\x07" + bytes(100)), "Give the address of a zip"),
        (Answer(ZIP, 401), "is not open to everyone: the server answers 401"),
        (Answer(ZIP, 403), "is not open to everyone: the server answers 403"),
        (Answer(ZIP, 404), "There is nothing at http://127.0.0.1"),
        (Answer(ZIP, 410), "the server answers 410"),
        (Answer(ZIP, 418), "gives no file: the server answers 418"),
        (Answer(b"", 204), "gives no file: the server answers 204"),
        (Answer(ZIP, 206), "gives no file: the server answers 206"),
        (Answer(b"", 304), "gives no file: the server answers 304"),
    ],
)  # fmt: skip
def test_what_is_no_zip_is_refused_at_once(
    server: BadServer, here: Settings, answer: Answer, says: str
) -> None:
    error = refused(server.at("/a.zip?key=secret", answer), here)
    assert says in error.sentence
    assert "secret" not in error.sentence
    assert len(server.asked) == 1


def test_a_page_in_between_does_not_cost_what_came(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(ZIP, cut=HALF), Answer(PAGE, headers=HTML, ranges=False), Answer(ZIP))
    assert "web page" in refused(url, here).sentence
    assert brought(url, here).read_bytes() == ZIP
    assert server.asked[-1].range == f"bytes={HALF}-"


def test_the_digest_is_checked(server: BadServer, here: Settings) -> None:
    right = hashlib.sha256(ZIP).hexdigest()
    url = server.at("/a.zip", Answer(OTHER), Answer(ZIP))
    error = refused(url, here, sha256=right)
    assert f"not {right[:12]}" in error.sentence
    assert not files(here, "*.part")
    assert brought(url, here, sha256=right.upper()).read_bytes() == ZIP


def test_a_finished_file_with_another_digest_is_fetched_anew(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(OTHER), Answer(ZIP))
    assert brought(url, here).read_bytes() == OTHER
    assert brought(url, here, sha256=hashlib.sha256(ZIP).hexdigest()).read_bytes() == ZIP
    assert len(files(here, "*.zip")) == 1


@pytest.mark.parametrize("announce", [None, -1])
def test_a_file_larger_than_allowed_is_stopped(
    server: BadServer, here: Settings, announce: int | None
) -> None:
    url = server.at("/a.zip", Answer(ZIP, announce=announce))
    error = refused(url, here, most=HALF)
    assert isinstance(error, LimitError)
    assert "larger than the 195 KB that are allowed" in error.sentence
    assert not files(here, "*.part")


# redirects


def test_redirects_are_followed_and_the_file_keeps_the_name_of_the_first_address(
    server: BadServer, here: Settings
) -> None:
    server.at("/blob/7f3a", Answer(ZIP))
    server.at("/mirror", Answer(status=307, headers={"Location": f"{server.url}/blob/7f3a"}))
    url = server.at("/kidney.zip", Answer(status=302, headers={"Location": "/mirror"}))
    path = brought(url, here)
    assert path.read_bytes() == ZIP
    assert path.name == "kidney.zip"


@pytest.mark.parametrize("path", ["/loop", "/a.zip"])
def test_a_circle_of_redirects_ends_in_a_sentence(server: BadServer, here: Settings, path: str) -> None:
    server.at("/loop", Answer(status=302, headers={"Location": "/loop"}))
    url = server.at(path, Answer(status=301, headers={"Location": "/loop"}))
    assert "from one address to the next without end" in refused(url, here).sentence
    assert len(server.asked) <= 12


@pytest.mark.parametrize(
    "onward",
    ["ftp://127.0.0.1/a.zip", "file:///etc/passwd", "http://example.org/a.zip", "http://10.0.0.1/a.zip"],
)
def test_a_redirect_to_a_forbidden_place_is_refused(server: BadServer, here: Settings, onward: str) -> None:
    error = refused(server.at("/a.zip", Answer(status=302, headers={"Location": onward})), here)
    assert isinstance(error, InputError)
    assert f"leads on to {onward}" in error.sentence or "is no address" in error.sentence


# names


@pytest.mark.parametrize(
    ("path", "header", "name"),
    [
        ("/a%20b%20%C3%BC.zip", None, "a b ü.zip"),
        ("/..%2F..%2Fpasswd", None, "passwd.zip"),
        ("/" + "x" * 300 + ".zip", None, "x" * 116 + ".zip"),
        ("/", None, "download.zip"),
        ("/get?file=1", 'attachment; filename="kidney set.zip"', "kidney set.zip"),
        ("/get", "attachment; filename*=UTF-8''Niere%20%E8%85%8E.zip", "Niere 腎.zip"),
        ("/get", 'attachment; filename="Niere ü.zip"'.encode().decode("latin-1"), "Niere ü.zip"),
        ("/get", 'attachment; filename="Niere ü.zip"', "Niere ü.zip"),
        ("/get", 'attachment; filename="../../../etc/cron.d/x"', "x.zip"),
        ("/get", 'attachment; filename="..\\..\\x.zip"', "x.zip"),
        ("/get", 'attachment; filename="lock"', "lock.zip"),
        ("/get", 'attachment; filename="' + "n" * 300 + '.zip"', "n" * 116 + ".zip"),
        ("/get", "attachment; filename=", "get.zip"),
        ("/get", "nonsense;;;=\"", "get.zip"),
    ],
)  # fmt: skip
def test_the_file_has_a_safe_name(
    server: BadServer, here: Settings, path: str, header: str | None, name: str
) -> None:
    url = server.at(path, Answer(ZIP, headers={"Content-Disposition": header} if header else {}))
    found = brought(url, here)
    assert found.read_bytes() == ZIP
    assert found == files(here, "*.zip")[0]
    assert found.parent.parent == here.var / "data" / ".downloads"
    assert found.name == name


# kills, other processes, the disk

CHILD = """
import sys
from pathlib import Path
from core.config.settings import Settings
from core.data.fetching.fetch import Patience, fetch
from core.errors import StudioError
try:
    print(fetch(sys.argv[1], Settings(var=Path(sys.argv[2])), lambda what, share: None,
                patience=Patience(connect=2, silent=5, tries=2, pause=0.01)))
except StudioError as error:
    print(error.code, error.sentence)
"""


def child(url: str, var: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", CHILD, url, str(var)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def until(reached: Callable[[], bool]) -> None:
    for _ in range(2000):
        if reached():
            return
        time.sleep(0.01)
    raise AssertionError("that never came")


def part_of(here: Settings) -> int:
    return sum(path.stat().st_size for path in files(here, "*.part"))


def test_after_a_kill_only_the_missing_bytes_are_asked_for(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(ZIP, pause=0.1), Answer(ZIP))
    with child(url, here.var) as running:
        until(lambda: part_of(here) > HALF // 2)
        running.send_signal(signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    assert not files(here, "*.zip")
    came = part_of(here)
    assert 0 < came < len(ZIP)
    assert brought(url, here).read_bytes() == ZIP
    assert [one.range for one in server.asked] == [None, f"bytes={came}-"]


def test_after_a_kill_at_the_last_byte_nothing_is_asked_for(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(ZIP, cut=HALF))
    refused(url, here, patience=ONCE)
    files(here, "*.part")[0].write_bytes(ZIP)
    asked = len(server.asked)
    assert brought(url, here).read_bytes() == ZIP
    assert len(server.asked) == asked


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"url": 1, "more": 2}', b"\xff"])
def test_notes_that_a_kill_damaged_start_clean(server: BadServer, here: Settings, damage: bytes) -> None:
    url = server.at("/a.zip", Answer(ZIP, cut=HALF))
    refused(url, here, patience=ONCE)
    files(here, "*.json")[0].write_bytes(damage)
    server.at("/a.zip", Answer(OTHER))
    assert brought(url, here).read_bytes() == OTHER


def test_a_second_process_is_told_to_wait(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(ZIP, pause=0.06), Answer(ZIP))
    with child(url, here.var) as running:
        until(lambda: part_of(here) > 0)
        error = refused(url, here)
        assert error.code == "busy"
        assert "is being fetched right now. Wait until that has ended" in error.sentence
        forget(url, here)
        assert remove_leftovers(here, days=0) == 0
        out, _ = running.communicate(timeout=30)
    assert Path(out.strip()).read_bytes() == ZIP
    assert len(server.asked) == 1


def test_who_watches_can_stop_it_and_go_on_later(server: BadServer, here: Settings) -> None:
    class StoppedError(Exception):
        pass

    def stop(what: str, share: float) -> None:
        if share > 0.3:
            raise StoppedError

    url = server.at("/a.zip", Answer(ZIP, pause=0.1), Answer(ZIP))
    with pytest.raises(StoppedError):
        fetch(url, here, stop, patience=QUICK)
    came = part_of(here)
    assert came > 0.3 * len(ZIP)
    assert brought(url, here).read_bytes() == ZIP
    assert server.asked[-1].range == f"bytes={came}-"


def on_a_disk(url: str, place: Path, mount: str) -> str:
    """What a child process says whose var/ is a file system of its own; then what it left there."""
    alone = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    tried = subprocess.run(
        [*alone, "mount", "-t", "tmpfs", "tmpfs", str(place)], capture_output=True, text=True
    )
    if tried.returncode:
        pytest.skip(f"no file system can be mounted here: {tried.stderr.strip()}")
    script = f'mount -t tmpfs -o {mount} tmpfs "$2" && "$3" -c "$4" "$1" "$2" && find "$2" -type f -size +0'
    command = [*alone, "sh", "-c", script, "sh", url, str(place), sys.executable, CHILD]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.parametrize(
    ("announce", "says"),
    [(None, "needs 391 KB, and 128 KB are free in"), (-1, "The disk is full:")],
    ids=["refused before", "full on the way"],
)
def test_a_full_disk_is_a_sentence_and_left_as_it_was(
    server: BadServer, here: Settings, announce: int | None, says: str
) -> None:
    here.var.mkdir()
    url = server.at("/a.zip", Answer(ZIP, announce=announce))
    out = on_a_disk(url, here.var, "size=128k")
    assert out.startswith("disk-full ")
    assert says in out
    assert out.strip().endswith("Free some space and try again.")


def test_a_disk_that_cannot_be_written_to_is_a_sentence(server: BadServer, here: Settings) -> None:
    here.var.mkdir()
    out = on_a_disk(server.at("/a.zip", Answer(ZIP)), here.var, "ro")
    assert out.startswith("read-only ")
    assert server.asked == []


def test_downloads_that_nobody_wants_go_after_a_week(server: BadServer, here: Settings) -> None:
    assert remove_leftovers(here) == 0
    whole = brought(server.at("/whole.zip", Answer(ZIP)), here)
    new = brought(server.at("/new.zip", Answer(ZIP)), here)
    url = server.at("/part.zip", Answer(ZIP, cut=HALF))
    with pytest.raises(DataError):
        brought(url, here, patience=ONCE)
    assert part_of(here) == HALF
    for lock in files(here, "lock"):
        if lock.parent != new.parent:
            os.utime(lock, (time.time() - 8 * 86_400,) * 2)
    assert remove_leftovers(here) == 2
    assert files(here, "*.zip") == [new]
    assert not whole.parent.exists()
    assert part_of(here) == 0


def test_a_download_that_is_asked_for_stays_another_week(server: BadServer, here: Settings) -> None:
    url = server.at("/a.zip", Answer(ZIP))
    whole = brought(url, here)
    os.utime(whole.parent / "lock", (time.time() - 8 * 86_400,) * 2)
    assert brought(url, here) == whole
    assert remove_leftovers(here) == 0
    assert whole.is_file()


# https, by a proxy that is every host


@pytest.fixture
def everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    """Is host.org by https, with a certificate that is trusted."""
    with serving(certificate(tmp_path, "host.org")) as one:
        monkeypatch.setenv("HTTPS_PROXY", one.url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "hosts.pem"))
        yield one


def test_https_works_by_the_proxy_of_the_environment(everywhere: BadServer, here: Settings) -> None:
    everywhere.at("host.org/a.zip", Answer(ZIP, cut=HALF), Answer(ZIP))
    assert brought("https://host.org/a.zip", here).read_bytes() == ZIP
    assert everywhere.asked[1].range == f"bytes={HALF}-"


@pytest.mark.parametrize(
    "onward", ["http://host.org/b.zip", "http://127.0.0.1/b.zip", "http://localhost:8501/"]
)
def test_https_never_leads_to_http(everywhere: BadServer, here: Settings, onward: str) -> None:
    everywhere.at("host.org/a.zip", Answer(status=302, headers={"Location": onward}))
    error = refused("https://host.org/a.zip", here)
    assert error.sentence.startswith(f"https://host.org/a.zip leads on to {onward}: only https is allowed")
    assert len(everywhere.asked) == 1


def test_a_certificate_nobody_vouches_for_is_refused(
    everywhere: BadServer, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    everywhere.at("host.org/a.zip", Answer(ZIP))
    assert "its certificate isn't trusted" in refused("https://host.org/a.zip", here).sentence
    assert everywhere.asked == []


@pytest.mark.parametrize("address", ["https://host.org/a.zip", "1vlhZ5c7abUKF8xXERIw6m9Te8fW7ohw3"])
def test_certificates_that_are_missing_are_a_sentence(
    everywhere: BadServer, here: Settings, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/hosts.pem")
    assert "Let REQUESTS_CA_BUNDLE name a file that exists" in refused(address, here).sentence
