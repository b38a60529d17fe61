"""Two thousand broken files and some hundred broken bodies: never a 500, always a word about each."""

import base64
import resource
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from pydicom.data import get_testdata_file

from tests.support.client import Client
from tests.support.scans import body, png

FILES, PER_REQUEST, BODIES = 2_000, 25, 400
BOUNDARY = b"boundary"

pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning")


def seeds() -> list[bytes]:
    """Small real files of every kind that is taken."""
    picture = body(96)
    made = [cv2.imencode(kind, picture)[1].tobytes() for kind in (".png", ".jpg", ".tiff", ".bmp")]
    made.append(png((picture.astype(np.uint16) << 8) | picture))
    made.append(png(np.dstack([picture] * 3)))
    names = ("CT_small.dcm", "MR_small_RLE.dcm", "JPEG2000.dcm", "SC_rgb_small_odd.dcm")
    return made + [_read(name) for name in names]


def _read(name: str) -> bytes:
    path = get_testdata_file(name, download=False)
    if path is None:
        pytest.skip(f"pydicom came without {name}")
    with open(path, "rb") as stream:  # noqa: PTH123 (pydicom names it as text)
        return stream.read()


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """One of: bytes changed, cut off, a piece doubled, removed, or zeroed; the header more often."""
    raw = bytearray(data)
    where = int(rng.integers(len(raw)) if rng.random() < 0.5 else rng.integers(min(512, len(raw))))
    length = int(rng.integers(1, 64))
    kind = rng.integers(5)
    if kind == 0:
        for place in rng.integers(0, len(raw), rng.integers(1, 30)):
            raw[place] = rng.integers(256)
    elif kind == 1:
        del raw[where:]
    elif kind == 2:
        raw[where:where] = raw[where : where + length]
    elif kind == 3:
        del raw[where : where + length]
    else:
        raw[where : where + length] = bytes([rng.choice([0, 255, 127])]) * length
    return bytes(raw)


def files() -> Iterator[bytes]:
    rng, originals = np.random.default_rng(20), seeds()
    for number in range(FILES):
        yield mutated(originals[number % len(originals)], rng)


def form(parts: list[bytes]) -> bytes:
    head = b'--%s\r\nContent-Disposition: form-data; name="files"; filename="f%d"\r\n\r\n'
    return (
        b"".join(head % (BOUNDARY, n) + part + b"\r\n" for n, part in enumerate(parts))
        + b"--%s--\r\n" % BOUNDARY
    )


def test_mutated_files(api: Client) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    everything = list(files())
    answered = refused = 0
    for start in range(0, FILES, PER_REQUEST):
        some = everything[start : start + PER_REQUEST]
        answer = api.post("/v1/predict", files=[("files", (f"f{n}", data)) for n, data in enumerate(some)])
        assert answer.status_code == 200, answer.text
        results = answer.json()["results"]
        assert {result["file"] for result in results} >= {f"f{n}" for n in range(len(some))}
        for result in results:
            if "error" in result:
                refused += 1
                assert result["error"]["sentence"].endswith(".")
                assert result["error"]["code"]
            else:
                answered += 1
                assert sum(result["probabilities"].values()) == pytest.approx(1.0)
                assert result["declined"] == (result["label"] is None)
    assert answered > 100, "some mutations leave a picture"
    assert refused > 100, "some do not"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 600_000, f"memory grew by {grown / 1e6:.1f} GB"


def test_mutated_bodies(api: Client) -> None:
    rng = np.random.default_rng(21)
    whole = form([png(body(64)), b"text"])
    kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}
    seen = set()
    for _ in range(BODIES):
        answer = api.post("/v1/predict", content=mutated(whole, rng), headers=kind)
        seen.add(answer.status_code)
        assert answer.status_code in (200, 400, 413, 422), answer.text
        assert "results" in answer.json() or answer.json()["detail"].endswith(".")
    assert {200, 400} <= seen


def test_mutated_json(api: Client) -> None:
    rng = np.random.default_rng(22)
    whole = b'{"image": "' + base64.b64encode(png(body(64))) + b'"}'
    for _ in range(BODIES):
        answer = api.post("/predict", content=mutated(whole, rng))
        assert answer.status_code in (200, 400, 413, 422), answer.text
        assert isinstance(answer.json(), list) or answer.json()["detail"].endswith(".")
