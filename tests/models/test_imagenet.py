import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter

import pytest

from core.models import imagenet
from core.models.backbones import TABLE, Backbone
from core.models.weights import WeightsError

CONTENT = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras"


@contextmanager
def served(content: bytes, promised: int | None = None, status: int = 200) -> Iterator[Backbone]:
    """ResNet50's row with its file on a real server of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(promised or len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield at(f"http://127.0.0.1:{server.server_port}/models/notop.h5")
    finally:
        server.shutdown()
        server.server_close()


def at(url: str) -> Backbone:
    return replace(TABLE["resnet50"], url=url, digest=hashlib.md5(CONTENT).hexdigest())


def leftovers(home: Path) -> list[Path]:
    return list((home / "models").iterdir())


def test_offline_it_fails_at_once_and_says_where_the_file_goes(home: Path, monkeypatch) -> None:
    # nothing listens on port 9: the same refusal with and without a network
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    began = perf_counter()
    with pytest.raises(WeightsError) as raised:
        imagenet.file(TABLE["mobilenet_v2"])
    assert perf_counter() - began < 5
    said = raised.value.sentence
    name = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
    assert f"keras-applications/mobilenet_v2/{name} at {home / 'models' / name}" in said
    for other in ('"torchvision"', '"none"', '"studio"', "bundle's folder"):
        assert other in said
    assert leftovers(home) == []


def test_a_server_that_never_answers_is_not_waited_for(home: Path, monkeypatch) -> None:
    monkeypatch.setattr(imagenet, "PATIENCE", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = perf_counter()
        with pytest.raises(WeightsError, match="can't be fetched"):
            imagenet.file(at(f"http://127.0.0.1:{silent.getsockname()[1]}/notop.h5"))
        assert perf_counter() - began < 4
    assert leftovers(home) == []


def test_it_is_fetched_once(home: Path) -> None:
    with served(CONTENT) as row:
        path = imagenet.file(row)
    assert path == home / "models" / "notop.h5" and path.read_bytes() == CONTENT
    assert imagenet.file(row) == path  # the server is gone
    assert leftovers(home) == [path]


@pytest.mark.parametrize(
    ("content", "promised", "status"),
    [
        (CONTENT[:-1], None, 200),
        (CONTENT, len(CONTENT) + 5, 200),
        (b"<html>log in first</html>", None, 200),
        (b"", None, 200),
        (CONTENT, None, 404),
        (CONTENT, None, 503),
    ],
)
def test_what_is_not_the_whole_file_is_not_kept(content, promised, status, home: Path) -> None:
    with served(content, promised, status) as row, pytest.raises(WeightsError, match="can't be fetched"):
        imagenet.file(row)
    assert leftovers(home) == []


def test_a_file_placed_by_hand_is_taken_as_it_is(home: Path) -> None:
    row = TABLE["vgg16"]
    imagenet.place(row).parent.mkdir(parents=True)
    imagenet.place(row).write_bytes(b"from a colleague")
    assert imagenet.file(row).read_bytes() == b"from a colleague"


def test_without_a_setting_it_is_keras_own_cache(monkeypatch) -> None:
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", "/home/someone")
    found = imagenet.place(TABLE["convnext_tiny"])
    assert found == Path("/home/someone/.keras/models/convnext_tiny_notop.h5")
