"""A web server that misbehaves as told; also as a proxy, so that it can be any https host."""

import datetime
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Answer:
    """What one request gets.

    Attributes:
        announce: Content-Length where it is a lie; -1 for none at all.
        cut: Bytes after which the connection ends.
        pause: Seconds between two chunks.
        stall: Bytes after which no more come, though the connection stays.
        silent: Nothing is ever sent.
        deaf: An If-Range that doesn't hold is ignored.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = '"one"'
    ranges: bool = True
    announce: int | None = None
    cut: int | None = None
    stall: int | None = None
    pause: float = 0.0
    chunk: int = 16 * 1024
    silent: bool = False
    deaf: bool = False


@dataclass(frozen=True)
class Asked:
    host: str
    path: str
    range: str | None
    if_range: str | None


class BadServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[Asked] = []
        self.sent = 0
        self.over = Event()
        self.context = context
        self.url = f"http://127.0.0.1:{self.server_port}"

    def at(self, path: str, *answers: Answer) -> str:
        """Answer a path with each in turn, the last one for ever; by host and path where it is a proxy."""
        self.answers[path] = list(answers)
        return self.url + path

    def next(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        found = self.answers.get(asked.path) or self.answers.get(asked.host + asked.path.partition("?")[0])
        if not found:
            return Answer(b"nothing here", 404)
        return found.pop(0) if len(found) > 1 else found[0]

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BadServer

    def do_CONNECT(self) -> None:
        assert self.server.context is not None
        self.send_response(200)
        self.end_headers()
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.close_connection = False

    def do_GET(self) -> None:
        host = self.headers["Host"]
        asked = Asked(host, self.path, self.headers.get("Range"), self.headers.get("If-Range"))
        answer = self.server.next(asked)
        if answer.silent:
            self.server.over.wait(30)
            self.close_connection = True
            return
        body = self._head(answer, asked)
        self.close_connection = any(one is not None for one in (answer.cut, answer.stall, answer.announce))
        with suppress(OSError):
            self._send(body[: answer.stall if answer.cut is None else answer.cut], answer)
            if answer.stall is not None:
                self.server.over.wait(30)

    def _head(self, answer: Answer, asked: Asked) -> bytes:
        body, status, more = answer.body, answer.status, dict(answer.headers)
        if answer.etag and status == 200:
            more["ETag"] = answer.etag
        if asked.range and answer.ranges and (answer.deaf or asked.if_range in (None, answer.etag)):
            start = int(asked.range.removeprefix("bytes=").rstrip("-"))
            status = 206 if start < len(body) else 416
            tail = f"{start}-{len(body) - 1}" if status == 206 else "*"
            more["Content-Range"] = f"bytes {tail}/{len(body)}"
            body = body[start:] if status == 206 else b""
        self.send_response(status)
        if answer.announce != -1:
            more.setdefault("Content-Length", str(len(body) if answer.announce is None else answer.announce))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        return body

    def _send(self, body: bytes, answer: Answer) -> None:
        for start in range(0, len(body), answer.chunk):
            if self.server.over.wait(answer.pause) if answer.pause else False:
                return
            self.wfile.write(body[start : start + answer.chunk])
            self.server.sent += len(body[start : start + answer.chunk])

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[BadServer]:
    server = BadServer(context)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def certificate(place: Path, *hosts: str) -> ssl.SSLContext:
    """A server's TLS with a certificate of its own for some hosts, in ``place/hosts.pem``."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hosts[0])])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = place / "hosts.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
