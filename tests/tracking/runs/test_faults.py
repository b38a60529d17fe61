import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.config.settings import Settings
from core.errors import InputError, StorageError
from core.tracking import store
from core.tracking.runs import source
from core.tracking.runs.faults import told
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Query
from core.tracking.store import AwayError
from tests.support.bad_server import Answer, BadServer, serving
from tests.tracking.runs.conftest import Filled


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    with serving() as found:
        handler = found.RequestHandlerClass

        def post(self: object) -> None:
            size = int(self.headers.get("Content-Length") or 0)  # type: ignore[attr-defined]
            self.rfile.read(size)  # type: ignore[attr-defined]
            handler.do_GET(self)  # type: ignore[attr-defined]

        monkeypatch.setattr(handler, "do_POST", post, raising=False)
        monkeypatch.setenv("MLFLOW_TRACKING_URI", found.url)
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        yield found


def refusal(code: str) -> bytes:
    return json.dumps({"error_code": code, "message": "no"}).encode()


def sentence(do: Callable[[], object], within_s: float = 6.0) -> AwayError:
    began = time.monotonic()
    with pytest.raises(AwayError) as caught:
        do()
    assert time.monotonic() - began < within_s
    found = caught.value
    assert found.sentence.startswith(
        ("Runs can't be read now: ", "There are no runs yet", "The database of runs, mlflow.db, is not there")
    )
    assert "Traceback" not in found.sentence and "\n" not in found.sentence and len(found.sentence) < 500
    return found


def test_there_is_no_database_yet_and_none_is_made(tmp_path: Path) -> None:
    here = Settings(var=tmp_path)
    reader = Reader(here)
    assert "is not there" in sentence(lambda: reader.page(Query())).sentence
    assert not (tmp_path / store.DATABASE).exists()
    (tmp_path / store.DATABASE).touch()
    assert sentence(reader.experiments).code == "tracking-away"


def test_it_went_and_came_back(own: Settings, filled: Filled) -> None:
    reader = Reader(own)
    assert len(reader.runs(Query(("kidney",)))) == 12
    file = own.var / store.DATABASE
    away = file.rename(file.with_suffix(".away"))
    for ask in (
        lambda: reader.page(Query(("kidney",))),
        lambda: reader.run(filled.ids[0]),
        lambda: reader.content(filled.odd["files"], "scores.json"),
        lambda: reader.rename(filled.ids[0], "x"),
    ):
        assert sentence(ask).code == "tracking-away"
    away.rename(file)
    assert len(reader.runs(Query(("kidney",)))) == 12


@pytest.mark.parametrize("content", [b"no database at all" * 500, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_the_database_is_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / store.DATABASE).write_bytes(content)
    found = sentence(lambda: Reader(Settings(var=tmp_path)).page(Query()))
    assert found.code == "tracking-broken" and "isn't a database of runs" in found.sentence
    assert (tmp_path / store.DATABASE).read_bytes() == content


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / store.DATABASE
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE prices (value REAL)")
    before = file.read_bytes()
    found = sentence(lambda: Reader(Settings(var=tmp_path)).page(Query()))
    assert found.code == "tracking-broken" and file.read_bytes() == before


def test_a_database_of_another_version_is_not_changed(own: Settings) -> None:
    file = own.var / store.DATABASE
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '1a2b3c4d5e6f'")
        database.execute("DROP TABLE webhooks")
    before = file.read_bytes()
    found = sentence(lambda: Reader(own).page(Query()))
    assert found.code == "tracking-old" and "mlflow db upgrade" in found.sentence
    assert file.read_bytes() == before


@pytest.mark.parametrize("warm", [True, False])
def test_a_writer_that_holds_the_database_keeps_nobody_long(
    warm: bool, own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "BUSY_S", 0.3)
    monkeypatch.setattr("core.tracking.runs.probe.CONNECT_S", 0.3)
    reader = Reader(own)
    if warm:
        reader.page(Query())
    with closing(sqlite3.connect(own.var / store.DATABASE, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        found = sentence(lambda: reader.page(Query(parts=True)), 3.0)
        assert found.code == "tracking-locked" and "locked by another program" in found.sentence
        writer.execute("ROLLBACK")
    assert len(reader.page(Query(parts=True)).runs) > 12


def test_a_writer_that_is_quick_is_waited_for(own: Settings) -> None:
    reader = Reader(own)
    reader.page(Query())
    writer = sqlite3.connect(own.var / store.DATABASE, isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(0.4, lambda: writer.execute("ROLLBACK"))
    timer.start()
    assert len(reader.page(Query(parts=True)).runs) > 12
    timer.join()
    writer.close()


def test_nobody_listens(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    found = sentence(lambda: Reader(settings).page(Query()), 12.0)
    assert found.code == "tracking-away" and "can't be reached" in found.sentence
    assert "secret" not in found.sentence and "127.0.0.1:9" in found.sentence


def test_a_server_that_says_nothing_is_left_and_not_asked_by_everyone(
    server: BadServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.url
    monkeypatch.setattr(BadServer, "next", lambda *_: Answer(silent=True))
    reader = Reader(settings)
    ask = reader._source.ask
    monkeypatch.setattr(reader._source, "ask", lambda do: ask(do, 0.5))
    found = sentence(lambda: reader.page(Query()), 5.0)
    assert found.code == "tracking-slow" and "too slowly" in found.sentence
    assert sentence(lambda: reader.page(Query()), 0.2).code == "tracking-slow", "at once, for a while"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(b"broken", 500), "tracking-away"),
        (Answer(b"<html>gateway</html>", 502), "tracking-away"),
        (Answer(b"<html>please log in</html>"), "tracking-away"),
        (Answer(b"", 401), "tracking-away"),
        (Answer(refusal("PERMISSION_DENIED"), 403), "tracking-away"),
        (Answer(b"not found", 404), "tracking-old"),
        (Answer(refusal("ENDPOINT_NOT_FOUND"), 404), "tracking-old"),
        (Answer(b'{"experiments": [{}]}', cut=7), "tracking-away"),
        (Answer(b"[1, 2]"), "tracking-away"),
        (Answer(b'{"experiments": 3}'), "tracking-away"),
    ],
)  # fmt: skip
def test_a_server_that_answers_otherwise(
    answer: Answer, code: str, server: BadServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BadServer, "next", lambda *_: answer)
    reader = Reader(settings)
    assert sentence(lambda: reader.page(Query())).code == code
    assert sentence(reader.experiments).code == code


def test_errors_keep_their_sentences_and_their_causes(settings: Settings) -> None:
    ours = StorageError("The disk is full.")
    assert told(ours, settings) is ours
    found = told(ValueError("what\nelse"), settings)
    assert isinstance(found, AwayError) and "fails: what." in found.sentence
    from mlflow.exceptions import MlflowException

    wrong = told(MlflowException("Invalid value", error_code=1000), settings)
    assert isinstance(wrong, InputError) and wrong.sentence == "MLflow refuses: Invalid value."


def test_an_artefact_that_went(own: Settings, filled: Filled, tmp_path: Path) -> None:
    reader = Reader(own)
    client = store.client(own)
    run = client.create_run(store.experiment(client, "files", own)).info
    client.log_text(run.run_id, "x", "a/b.txt")
    shutil.rmtree(run.artifact_uri.removeprefix("file://"))
    assert reader.artefacts(run.run_id) == []
    with pytest.raises(InputError) as caught:
        reader.content(run.run_id, "a/b.txt")
    assert caught.value.code == "unknown-artefact"
