"""The REST API, route by route."""

import asyncio
import base64
import io
import json
import shutil
import zipfile
from pathlib import Path
from time import perf_counter

import cv2
import httpx
import numpy as np
import pytest

from core.config.settings import Limits, Settings
from core.inference.batch import Case, review
from core.inference.predictor import Predictor
from core.serving.api import create_api
from tests.support.client import Client, client
from tests.support.scans import body, png

PROBLEM = "application/problem+json"


def files(*named: tuple[str, bytes]) -> dict[str, list[tuple[str, tuple[str, bytes]]]]:
    return {"files": [("files", one) for one in named]}


def said(answer: httpx.Response, status: int, code: str) -> str:
    """The sentence of a problem, after its form was looked at."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    fields = answer.json()
    assert (fields["status"], fields["code"]) == (status, code)
    assert fields["detail"].endswith(".")
    assert "Traceback" not in answer.text
    return fields["detail"]


def test_health_names_the_model(api: Client, predictor: Predictor) -> None:
    answer = api.get("/health")
    assert answer.status_code == 200
    ref = predictor.bundle.ref
    assert answer.json() == {
        "status": "ok",
        "model": {"name": ref.name, "version": ref.version, "digest": ref.digest},
        "alias": "shipped",
        "registered": None,
        "fallback": None,
    }


def test_the_model_describes_itself(api: Client, predictor: Predictor) -> None:
    fields = api.get("/v1/model").json()
    card = predictor.bundle.card
    assert fields["labels"] == list(card.labels)
    assert fields["thresholds"] == card.thresholds.model_dump()
    assert fields["preprocess"]["size"] == card.preprocess.size
    assert fields["digest"] == predictor.bundle.digest


class TestPredict:
    def test_every_file_is_answered_and_a_bad_one_costs_only_itself(
        self, api: Client, predictor: Predictor
    ) -> None:
        pictures = [png(body(seed=1)), png(body(seed=2))]
        answer = api.post(
            "/v1/predict", **files(("a.png", pictures[0]), ("b.jpg", b"text"), ("c.png", pictures[1]))
        )
        assert answer.status_code == 200
        first, bad, last = answer.json()["results"]
        for result, data in ((first, pictures[0]), (last, pictures[1])):
            (case,) = review([("x", data)], predictor, Limits())
            assert isinstance(case, Case)
            assert list(result["probabilities"].values()) == list(case.prediction.probabilities)
            assert result["label"] == case.prediction.label
            assert result["declined"] == case.prediction.declined
        assert bad["file"] == "b.jpg"
        assert bad["error"]["sentence"]
        assert set(bad) == {"file", "error"}
        assert answer.json()["model"]["digest"] == predictor.bundle.digest

    def test_a_zip_is_unpacked(self, api: Client) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for seed in range(3):
                archive.writestr(f"{seed}.png", png(body(seed=seed)))
        results = api.post("/v1/predict", **files(("s.zip", out.getvalue()))).json()["results"]
        assert len(results) == 3
        assert all(result["probabilities"] for result in results)

    def test_heatmaps_are_pictures_of_the_slices_size(self, api: Client) -> None:
        answer = api.post("/v1/predict?heatmaps=true", **files(("a.png", png(body(200)[:150]))))
        heatmaps = answer.json()["results"][0]["heatmaps"]
        assert [one["label"] for one in heatmaps] == ["Cyst", "Normal", "Stone", "Tumor"]
        for one in heatmaps:
            assert one["mime"] == "image/jpeg"
            shown = cv2.imdecode(np.frombuffer(base64.b64decode(one["image"]), np.uint8), cv2.IMREAD_COLOR)
            assert shown.shape == (150, 200, 3)

    def test_without_asking_there_are_none(self, api: Client) -> None:
        assert "heatmaps" not in api.post("/v1/predict", **files(("a.png", png(body())))).json()["results"][0]

    def test_too_many_files_are_refused_before_any_is_read(self, small: Client) -> None:
        answer = small.post("/v1/predict", **files(*((f"{n}.png", png(body())) for n in range(6))))
        assert "More than 5 files" in said(answer, 413, "too-many-files")

    def test_a_zip_may_be_larger_than_one_file(self, small: Client) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for seed in range(4):
                archive.writestr(f"{seed}.png", png(body(seed=seed)))
        assert 100_000 < len(out.getvalue()) < 400_000
        answer = small.post("/v1/predict", **files(("s.zip", out.getvalue())))
        assert [bool(result.get("probabilities")) for result in answer.json()["results"]] == [True] * 4

    def test_one_file_too_large_is_refused_and_the_rest_goes_on(self, small: Client) -> None:
        answer = small.post("/v1/predict", **files(("big.png", b"x" * 100_001), ("a.png", png(body(64)))))
        big, fine = answer.json()["results"]
        assert big["error"]["code"] == "too-large"
        assert fine["probabilities"]

    def test_a_body_too_large_by_its_own_word_is_refused_unread(self, small: Client) -> None:
        read = []

        async def forever():
            while True:
                read.append(1)
                yield b"x" * 1000

        headers = {"content-type": "multipart/form-data; boundary=b", "content-length": "999999999999"}
        said(small.post("/v1/predict", content=forever(), headers=headers), 413, "too-large")
        assert len(read) <= 1

    def test_a_body_that_never_ends_is_stopped(self, small: Client) -> None:
        read = []

        async def forever():
            yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
            while True:
                read.append(1)
                yield b"x" * 100_000

        answer = small.post(
            "/v1/predict", content=forever(), headers={"content-type": "multipart/form-data; boundary=b"}
        )
        said(answer, 413, "too-large")
        assert len(read) < 40

    @pytest.mark.parametrize(
        ("content", "kind", "status", "code"),
        [
            (b"", "text/plain", 415, "bad-content-type"),
            (b"{}", "application/json", 415, "bad-content-type"),
            (b"", "multipart/form-data", 400, "bad-multipart"),
            (b"x", "multipart/form-data; boundary=", 400, "bad-multipart"),
            (b"x", "multipart/form-data; boundary=b", 400, "bad-multipart"),
            (b"", "multipart/form-data; boundary=" + "b" * 5000, 400, "bad-multipart"),
            (b"--b--\r\n", "multipart/form-data; boundary=b", 422, "no-file"),
            (
                b"--b\r\nno header\r\n\r\nx\r\n--b--\r\n",
                "multipart/form-data; boundary=b",
                400,
                "bad-multipart",
            ),
            (b"--b\r\nA: " + b"x" * 9000, "multipart/form-data; boundary=b", 400, "bad-multipart"),
            (
                b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\ncut',
                "multipart/form-data; boundary=b",
                400,
                "bad-multipart",
            ),
            (
                b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--\r\n',
                "multipart/form-data; boundary=b",
                422,
                "no-file",
            ),
        ],
    )
    def test_a_body_that_is_no_upload(
        self, api: Client, content: bytes, kind: str, status: int, code: str
    ) -> None:
        said(api.post("/v1/predict", content=content, headers={"content-type": kind}), status, code)

    def test_ten_thousand_parts(self, api: Client) -> None:
        part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n\r\n'
        fields = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n'
        headers = {"content-type": "multipart/form-data; boundary=b"}
        said(api.post("/v1/predict", content=part * 10_000, headers=headers), 413, "too-many-files")
        said(api.post("/v1/predict", content=fields * 10_000, headers=headers), 413, "too-many-fields")

    def test_a_file_without_a_name_or_with_an_odd_one_is_answered(self, api: Client) -> None:
        for name in ("", "a" * 4000, "\\..\\..\\x.png", "ä腎\u202e.png", "../../etc/passwd"):
            disposition = f'form-data; name="files"; filename="{name}"'.encode()[:4000]
            content = (
                b"--b\r\nContent-Disposition: "
                + disposition
                + b'"\r\n\r\n'
                + png(body(64))
                + b"\r\n--b--\r\n"
            )
            answer = api.post(
                "/v1/predict", content=content, headers={"content-type": "multipart/form-data; boundary=b"}
            )
            assert answer.status_code == 200
            (result,) = answer.json()["results"]
            assert result["probabilities"]
            assert 0 < len(result["file"]) <= 255


class TestPlain:
    """POST /predict, as older clients use it."""

    def encoded(self, seed: int = 0) -> str:
        return base64.b64encode(png(body(seed=seed))).decode()

    def test_a_class_is_answered_in_a_list(self, api: Client, predictor: Predictor) -> None:
        (answer,) = api.post("/predict", json={"image": self.encoded()}).json()
        (case,) = review([("x", png(body()))], predictor, Limits())
        assert isinstance(case, Case)
        assert answer["image"] == (case.prediction.label or "declined")
        assert answer["probability"] == case.prediction.top[1]

    def test_a_declined_picture_still_has_a_text(self, api: Client) -> None:
        black = base64.b64encode(png(np.zeros((64, 64), np.uint8))).decode()
        (answer,) = api.post("/predict", json={"image": black}).json()
        assert answer["image"] == "declined"
        assert answer["label"] is None
        assert answer["reasons"][0]["code"] == "poor-image"

    def test_how_it_is_encoded_is_forgiven(self, api: Client) -> None:
        text = self.encoded()
        broken = "\r\n".join(text[n : n + 76] for n in range(0, len(text), 76))
        spelled = (text, "data:image/png;base64," + text, broken, text.rstrip("="))
        spelled += (text.replace("+", "-").replace("/", "_"),)
        answers = [api.post("/predict", json={"image": one}).json()[0]["probabilities"] for one in spelled]
        assert all(one == answers[0] for one in answers)

    @pytest.mark.parametrize(
        ("content", "status", "code"),
        [
            (b"", 400, "bad-json"),
            (b"{", 400, "bad-json"),
            (b"\xff\xfe{}", 400, "bad-json"),
            (b"[" * 100_000, 400, "bad-json"),
            (b"9" * 10_000, 400, "bad-json"),
            (b"{}", 422, "no-image"),
            (b"[]", 422, "no-image"),
            (b"null", 422, "no-image"),
            (b'{"image": null}', 422, "no-image"),
            (b'{"image": 7}', 422, "no-image"),
            (b'{"image": ["a"]}', 422, "no-image"),
            (b'{"image": ""}', 422, "no-image"),
            (b'{"image": "!!!"}', 400, "bad-base64"),
            (b'{"image": "a"}', 400, "bad-base64"),
            ('{"image": "ä腎"}'.encode(), 400, "bad-base64"),
            (b'{"image": "\\ud800"}', 400, "bad-base64"),
            (b'{"image": "data:image/png;base64"}', 422, "empty"),
        ],
    )
    def test_a_body_that_is_no_picture(self, api: Client, content: bytes, status: int, code: str) -> None:
        said(api.post("/predict", content=content), status, code)

    def test_text_that_is_base64_but_no_picture(self, api: Client) -> None:
        answer = api.post("/predict", json={"image": base64.b64encode(b"hello there").decode()})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == PROBLEM

    def test_a_body_over_the_limit(self, small: Client) -> None:
        said(small.post("/predict", content=b'{"image": "' + b"A" * 1_400_000), 413, "too-large")


class TestProblems:
    def test_an_address_that_does_not_exist(self, api: Client) -> None:
        said(api.get("/v1/nothing"), 404, "not-found")

    def test_a_method_that_is_not_taken(self, api: Client) -> None:
        answer = api.get("/v1/predict")
        said(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == "POST"

    def test_a_parameter_of_another_type(self, api: Client) -> None:
        answer = api.post("/v1/predict?heatmaps=perhaps", **files(("a.png", png(body()))))
        assert "heatmaps" in said(answer, 422, "bad-value")

    @pytest.mark.parametrize(
        ("route", "method"),
        [("/health", "GET"), ("/v1/model", "GET"), ("/v1/predict", "POST"), ("/predict", "POST")],
    )
    def test_without_a_model_everything_says_so(self, tmp_path: Path, route: str, method: str) -> None:
        with client(create_api(Settings(assets=tmp_path, var=tmp_path))) as lonely:
            sentence = said(lonely.request(method, route), 503, "bundle-missing")
        assert "make model" in sentence

    def test_a_damaged_model_and_its_repair(self, tiny: Path, tmp_path: Path) -> None:
        shutil.copytree(tiny, tmp_path / "model")
        whole = (tmp_path / "model" / "model.tflite").read_bytes()
        (tmp_path / "model" / "model.tflite").write_bytes(whole[:-10])
        with client(create_api(Settings(assets=tmp_path, var=tmp_path, threads=1))) as api:
            said(api.get("/health"), 503, "bundle-damaged")
            (tmp_path / "model" / "model.tflite").write_bytes(whole)
            assert api.get("/health").status_code == 200

    def test_a_newer_bundle(self, tiny: Path, tmp_path: Path) -> None:
        shutil.copytree(tiny, tmp_path / "model")
        card = json.loads((tmp_path / "model" / "bundle.json").read_text())
        (tmp_path / "model" / "bundle.json").write_text(json.dumps(card | {"format": 99}))
        with client(create_api(Settings(assets=tmp_path, var=tmp_path))) as api:
            assert "99" in said(api.get("/health"), 503, "bundle-newer")

    def test_what_nobody_expected_is_logged_under_the_id_that_is_said(
        self, settings_of_tiny: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        app = create_api(settings_of_tiny)

        @app.get("/broken")
        def broken() -> None:
            raise RuntimeError("the secret cause")

        with client(app) as api:
            answer = api.get("/broken")
        sentence = said(answer, 500, "unexpected")
        assert "secret" not in answer.text
        assert answer.json()["incident"] in sentence
        logged = [record for record in caplog.records if answer.json()["incident"] in record.getMessage()]
        assert logged
        assert "the secret cause" in str(logged[0].exc_info)


def test_names_of_uploads_are_not_logged(api: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", logger="core"):
        api.post("/v1/predict", **files(("doe-john.png", png(body())), ("doe-jane.jpg", b"x")))
    assert "doe-" not in "".join(r.getMessage() for r in caplog.records if r.name.startswith(("core", "app")))


def test_the_event_loop_never_waits_for_a_model(api: Client, predictor: Predictor) -> None:
    """While a batch is worked on, the loop goes on turning."""

    async def longest_pause(app: object) -> tuple[float, float]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://t") as http:
            await http.get("/health")
            pauses, done = [], asyncio.Event()

            async def watch() -> None:
                while not done.is_set():
                    start = perf_counter()
                    await asyncio.sleep(0)
                    pauses.append(perf_counter() - start)

            watcher = asyncio.create_task(watch())
            start = perf_counter()
            big = png(body(1024))
            await http.post("/v1/predict?heatmaps=true", **files(*((f"{n}.png", big) for n in range(20))))
            done.set()
            await watcher
            return max(pauses), perf_counter() - start

    settings = Settings(assets=predictor.bundle.path.parent, threads=1)
    pause, whole = asyncio.run(longest_pause(create_api(settings)))
    assert whole > 0.2
    assert pause < whole / 3


def test_parallel_requests_get_their_own_answers(api: Client, predictor: Predictor) -> None:
    pictures = [png(body(seed=1)), png(body(seed=2))]
    own = []
    for picture in pictures:
        (case,) = review([("x", picture)], predictor, Limits())
        assert isinstance(case, Case)
        own.append(list(case.prediction.probabilities))
    requests = [("POST", "/v1/predict", files(("x.png", pictures[n % 2]))) for n in range(60)]
    for n, answer in enumerate(api.together(*requests)):
        assert list(answer.json()["results"][0]["probabilities"].values()) == own[n % 2]


def test_the_schema_lists_what_there_is(api: Client) -> None:
    schema = api.get("/openapi.json").json()
    assert {"/health", "/v1/model", "/v1/predict", "/predict", "/v1/jobs"} <= set(schema["paths"])
    assert "413" in schema["paths"]["/v1/predict"]["post"]["responses"]
    assert "multipart/form-data" in schema["paths"]["/v1/predict"]["post"]["requestBody"]["content"]


def test_the_documentation_needs_nothing_from_elsewhere(api: Client) -> None:
    page = api.get("/docs").text
    for path in ("/health", "/v1/model", "/v1/predict", "/predict", "/openapi.json"):
        assert path in page
    assert "<script" not in page
    assert 'src="http' not in page
    assert 'href="http' not in page
