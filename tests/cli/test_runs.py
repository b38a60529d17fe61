"""The verbs about runs and registered models, in this process, on a store made once."""

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.__main__ import main
from core.comparison import loading
from core.config.settings import Settings, settings
from core.promotion import promote as promotion
from core.tracking import store
from core.tracking.runs.reader import Reader
from tests.support import candidates, compared

Said = Callable[..., list[dict[str, Any]]]
WHY = "finds more of the small stones"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> tuple[Path, dict[str, str]]:
    """A var folder with runs, and their ids by name; only what is copied of it is written to."""
    place = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        here = Settings(var=place / "var")
        ids = compared.make(here, tiny, place)
        client = store.client(here)
        for name in ("good", "poor"):
            client.log_artifacts(ids[name], str(place / "var" / "models" / name), "bundle")
        _renamed(client, ids["foreign"])
    candidates.assets(place / "assets", tiny)
    return place, ids


def _renamed(client: Any, run: str) -> None:
    """As another program may call a run, and its parameter."""
    client.update_run(run, name="\x1b[31mred\nforged line \u202eevil")
    client.log_param(run, "words", "one\ntwo \x1b[2J")


@pytest.fixture
def ids(made: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Ids by name; the verbs read that store."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("KCS_VAR", str(made[0] / "var"))
    monkeypatch.setenv("KCS_ASSETS", str(made[0] / "assets"))
    settings.cache_clear()
    loading.forget()
    yield made[1]
    settings.cache_clear()
    loading.forget()


@pytest.fixture
def own(
    made: tuple[Path, dict[str, str]], ids: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The same in a store of the test's own, which may be changed; its files lie where they lay."""
    (tmp_path / "var").mkdir()
    shutil.copy(made[0] / "var" / "mlflow.db", tmp_path / "var" / "mlflow.db")
    monkeypatch.setenv("KCS_VAR", str(tmp_path / "var"))
    settings.cache_clear()
    return ids


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """What a verb says to a program: every line of stdout is one JSON object."""

    def run(*words: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        assert main(["runs", *words, "--json"]) == 0
        return [json.loads(line, parse_constant=pytest.fail) for line in capsys.readouterr().out.splitlines()]

    return run


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a verb says to a person, who gets nothing else on stdout."""

    def run(*words: str) -> str:
        capsys.readouterr()
        assert main(["runs", *words]) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a verb says on stderr that ends with a code; stdout stays empty."""

    def run(code: int, *words: str) -> str:
        capsys.readouterr()
        assert main(["runs", *words]) == code
        out, err = capsys.readouterr()
        assert out == ""
        assert "Traceback" not in err
        return err

    return run


def test_runs_are_listed_with_the_honest_figure_and_the_leaking_one_apart(
    ids: dict[str, str], said: Said, told: Callable[..., str]
) -> None:
    found = {one["id"]: one for one in said("list")}
    assert set(found) == set(ids.values())
    good, leaky, foreign = (found[ids[name]] for name in ("good", "leaky", "foreign"))
    assert good["macro_f1"]["split"] == "grouped_test"
    assert good["macro_f1"]["low"] <= good["macro_f1"]["value"] <= good["macro_f1"]["high"]
    assert (leaky["macro_f1"], leaky["macro_f1_leaking"]) == (None, 0.99)
    assert (foreign["macro_f1"], foreign["job"], foreign["leaks"]) == (None, None, False)

    lines = told("list").splitlines()
    assert len(lines) == len(ids)
    (line,) = [one for one in lines if ids["leaky"][:8] in one]
    assert "random split 0.99 (leaks)" in line
    assert "macro F1" not in line


def test_what_others_called_a_run_neither_moves_the_cursor_nor_forges_a_line(
    ids: dict[str, str], told: Callable[..., str]
) -> None:
    for words in (("list",), ("show", ids["foreign"]), ("compare", ids["foreign"], ids["good"])):
        out = told(*words)
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "[31mred forged line evil" in out
    assert "  words = one two [2J\n" in told("show", ids["foreign"])


def test_a_listing_is_filtered_ordered_and_cut(ids: dict[str, str], said: Said) -> None:
    assert [one["id"] for one in said("list", "--experiment", "theirs")] == [ids["foreign"]]
    found = said("list", "--filter", "metrics.test_macro_f1 > 0.5", "--order", "metrics.test_macro_f1 DESC")
    assert found[0]["id"] == ids["leaky"]
    assert ids["foreign"] not in [one["id"] for one in found]
    assert len(said("list", "--limit", "2")) == 2
    assert said("list", "--experiment", "no such") == []
    assert said("list", "--archived") == []


def test_one_run_shows_all_that_was_logged(ids: dict[str, str], said: Said, told: Callable[..., str]) -> None:
    (found,) = said("show", ids["good"][:10])
    assert found["parameters"]["model.backbone"] == "mobilenet_v2"
    assert found["metrics"]["test_macro_f1"] == found["macro_f1"]["value"]
    assert found["tags"]["studio.dataset"] == "mine"
    assert {"scores.json", "answers.csv", "bundle"} <= set(found["files"])
    assert (found["parts"], found["files_trouble"]) == ([], None)
    out = told("show", ids["good"])
    for part in ("model.backbone = mobilenet_v2", "test_macro_f1: 0.", "tag studio.split: grouped_test"):
        assert part in out


def test_a_run_whose_files_are_gone_shows_the_rest(
    made: tuple[Path, dict[str, str]], ids: dict[str, str], said: Said, told: Callable[..., str]
) -> None:
    (place,) = (made[0] / "var" / "mlartifacts").glob(f"**/{ids['old']}")
    shutil.move(place, made[0] / "aside")
    try:
        (found,) = said("show", ids["old"])
        assert found["files"] == []
        assert found["macro_f1"]["value"] > 0.5
        assert "files: none" in told("show", ids["old"])
    finally:
        shutil.move(made[0] / "aside", place)


def test_where_files_cant_be_reached_that_is_said_beside_the_rest(
    own: dict[str, str], said: Said, told: Callable[..., str]
) -> None:
    import sqlite3

    with sqlite3.connect(settings().var / "mlflow.db") as database:
        database.execute("UPDATE runs SET artifact_uri = 'nowhere://x/y' WHERE run_uuid = ?", (own["good"],))
    (found,) = said("show", own["good"])
    assert found["parameters"]["model.backbone"] == "mobilenet_v2"
    assert found["files"] == []
    assert found["files_trouble"].endswith(".")
    assert found["files_trouble"] in told("show", own["good"])


def test_two_runs_are_held_against_each_other(
    ids: dict[str, str], said: Said, told: Callable[..., str]
) -> None:
    (found,) = said("compare", ids["good"], ids["poor"])
    assert [one["id"] for one in found["runs"]] == [ids["good"], ids["poor"]]
    (verdict,) = found["verdicts"]
    assert (verdict["run"], verdict["against"]) == (ids["poor"], ids["good"])
    assert (verdict["word"], verdict["better"], verdict["slices"]) == ("larger than chance", False, 40)
    assert verdict["low"] <= verdict["value"] <= verdict["high"] < 0
    figures = {one["name"]: one["values"] for one in found["figures"]}
    one, other = figures["macro_f1"]
    assert verdict["value"] == pytest.approx(other["value"] - one["value"], abs=1e-3)
    assert [one["name"] for one in found["differences"] if not one["name"].startswith("studio")] == [
        "training.learning_rate"
    ]
    assert not any(one["same"] for one in found["differences"])
    (everything,) = said("compare", ids["good"], ids["poor"], "--all")
    assert {one["name"] for one in everything["differences"]} > {"model.backbone"}

    out = told("compare", ids["good"], ids["poor"])
    assert "training.learning_rate: 0.001, 0.003" in out
    assert f"{ids['poor'][:8]} against {ids['good'][:8]}: {verdict['sentence']}" in out


def test_figures_that_are_not_of_the_same_slices_come_with_a_warning(
    ids: dict[str, str], said: Said, told: Callable[..., str]
) -> None:
    (found,) = said("compare", ids["good"], ids["far"])
    assert found["grounds"].startswith("These runs were measured on different data")
    assert found["verdicts"][0]["word"] == "can't be told"
    assert found["verdicts"][0]["value"] is None
    assert found["grounds"] in told("compare", ids["good"], ids["far"])


@pytest.mark.parametrize("kind", ["csv", "json", "html"])
def test_an_export_goes_to_stdout_or_into_a_file(
    kind: str,
    ids: dict[str, str],
    told: Callable[..., str],
    tmp_path: Path,
) -> None:
    # html takes seconds for each run's curves
    names = ("good",) if kind == "html" else ("good", "poor", "foreign")
    wanted = [ids[name] for name in names]
    out = told("export", *wanted, "--format", kind)
    if kind == "csv":
        rows = list(csv.DictReader(io.StringIO(out, newline="")))
        assert [row["id"] for row in rows] == wanted
        assert float(rows[0]["headline"]) > float(rows[1]["headline"])
    elif kind == "json":
        assert [one["id"] for one in json.loads(out)] == wanted
    else:
        assert out.startswith("<!doctype html>")
    path = tmp_path / "new" / f"runs.{kind}"
    assert told("export", *wanted, "--format", kind, "--out", str(path)) == ""
    written = path.read_bytes().decode()
    same = (written.partition("Made ")[0], out.partition("Made ")[0]) if kind == "html" else (written, out)
    assert same[0] == same[1]


def test_the_log_stays_off_stdout(ids: dict[str, str], capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "list", "--limit", "3", "--json"]) == 0
    out, _ = capfd.readouterr()
    assert [json.loads(line)["state"] for line in out.splitlines()] != []


@pytest.mark.parametrize(
    ("code", "words", "sentence"),
    [
        (1, ("show", "0123456789"), "There is no run 0123456789."),
        (1, ("show", "f" * 32), "There is no run ffff"),
        (1, ("show", "abc"), "name at least 4 letters"),
        (1, ("show", "' OR 1=1 --"), "is no run's id"),
        (1, ("show", "../../etc"), "is no run's id"),
        (1, ("list", "--filter", "metrics.a >"), "The filter can't be read"),
        (1, ("list", "--filter", "nonsense"), "The filter can't be read"),
        (1, ("list", "--order", "metrics.a SIDEWAYS"), "The order can't be read"),
        (2, ("list", "--limit", "0"), "limit"),
        (2, ("compare",), "RUN"),
        (2, ("export",), "RUN"),
        (2, ("promote",), "REF"),
        (2, ("rollback",), "--why"),
        (2, ("nothing",), "nothing"),
        (1, ("rollback", "--why", "short"), "at least 10 characters"),
        (1, ("rollback", "--why", WHY), "nothing did before it"),
        (1, ("promote", "v7", "--why", WHY), 'no registered version "v7"'),
        (1, ("gate", "champion"), "No version is champion now"),
        (1, ("challenge", "none"), "No version challenges already"),
        (1, ("restore", "v1"), 'no registered version "v1"'),
    ],
)
def test_what_cant_be_done_is_said_in_a_sentence(
    code: int, words: Sequence[str], sentence: str, ids: dict[str, str], refused: Callable[..., str]
) -> None:
    found = refused(code, *words)
    assert sentence in " ".join(found.replace("│", " ").split())


def test_a_format_or_a_place_that_there_isnt_is_refused(
    ids: dict[str, str], refused: Callable[..., str], tmp_path: Path
) -> None:
    assert "xlsx" in refused(2, "export", ids["good"], "--format", "xlsx")
    (tmp_path / "file").write_text("")
    assert refused(1, "export", ids["good"], "--out", str(tmp_path / "file" / "runs.csv")).endswith(".\n")


def test_the_beginning_of_several_ids_is_no_name_and_one_run_is_no_comparison(
    own: dict[str, str], refused: Callable[..., str]
) -> None:
    import sqlite3

    twin = own["good"][:8] + "0" * 24
    with sqlite3.connect(settings().var / "mlflow.db") as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(runs)")]
        kept = ", ".join(name for name in names if name != "run_uuid")
        database.execute(
            f"INSERT INTO runs (run_uuid, {kept}) SELECT ?, {kept} FROM runs WHERE run_uuid = ?",
            (twin, own["good"]),
        )
    assert f"Several runs' ids begin with {own['good'][:8]}" in refused(1, "show", own["good"][:8])
    same = own["poor"]
    assert "at least two" in refused(2, "compare", same, same[:10])


@pytest.mark.parametrize("words", [("list",), ("show", "1a2b3c4d"), ("versions",), ("history",)])
def test_where_nothing_was_ever_recorded_that_is_said(
    words: Sequence[str],
    ids: dict[str, str],
    refused: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KCS_VAR", str(tmp_path / "empty"))
    settings.cache_clear()
    assert "mlflow.db" in refused(1, *words)
    assert not (tmp_path / "empty" / "mlflow.db").exists()


def test_a_file_that_is_no_database_of_runs_is_named_as_that(
    ids: dict[str, str], refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "mlflow.db").write_bytes(b"something else entirely" * 99)
    monkeypatch.setenv("KCS_VAR", str(tmp_path / "var"))
    settings.cache_clear()
    assert "isn't a database of runs" in refused(1, "list")


def test_a_model_is_registered_challenges_answers_and_is_taken_back(
    own: dict[str, str], said: Said, told: Callable[..., str], refused: Callable[..., str]
) -> None:
    (first,) = said("register", own["good"])
    assert (first["version"], first["run"], first["aliases"]) == ("1", own["good"], [])
    assert said("register", own["good"][:12]) == [first]
    assert said("register", "v1") == [first]
    assert "made no bundle" in refused(1, "register", own["old"])

    (entry,) = said("challenge", "v1", "--by", "Ada", "--why", "to be tried")
    assert (entry["alias"], entry["version"], entry["before"]) == ("challenger", "1", None)
    (entry,) = said("challenge", "none", "--by", "Ada")
    assert (entry["version"], entry["before"]) == (None, "1")
    assert "challenger: none, before it v1, by Ada" in told("history").splitlines()[0]

    _promoted(own["good"])
    assert [(one["version"], one["aliases"]) for one in said("versions")] == [("1", ["champion"])]
    assert "v1" in told("versions")
    assert "answers already" in refused(1, "promote", "champion", "--why", WHY)

    (entry,) = said("rollback", "--by", "Bob", "--why", "too many were declined")
    assert (entry["deed"], entry["version"], entry["before"], entry["by"]) == (
        "rolled back", "shipped", "1", "Bob",
    )  # fmt: skip
    deeds = [one["deed"] for one in said("history")]
    assert deeds == ["rolled back", "promoted", "challenger", "challenger"]
    line = told("history").splitlines()[0]
    assert "rolled back: the shipped model, before it v1, by Bob. too many were declined" in line


def _promoted(run: str) -> None:
    """As after a gate that was overridden; what the verb measures takes a process with TensorFlow."""
    import time

    from core.inference import standing
    from core.promotion.gate import Check, Gate

    here = settings()
    found = promotion.registered(Reader(here).run(run), here)
    now = standing.now(here, wait=True)
    line = Check(name="size", title="Small enough", met=False, sentence="It isn't.")
    gate = Gate(
        candidate=found.digest, champion=now.predictor.bundle.digest, champion_name=now.ref,
        at=time.time(), checks=(line,),
    )  # fmt: skip
    promotion.promote(found, gate, "Ada", WHY, here, override=True)


def test_an_override_without_a_reason_is_refused_before_anything_is_measured(
    own: dict[str, str], said: Said, refused: Callable[..., str]
) -> None:
    assert "reason" in refused(2, "promote", own["good"], "--override")
    assert "reason" in refused(2, "promote", own["good"], "--override", "--why", "  because     ")
    assert said("versions") == []


def test_a_card_is_read_without_registering_anything(
    own: dict[str, str], said: Said, told: Callable[..., str], refused: Callable[..., str]
) -> None:
    assert f"`runs register {own['poor'][:8]}`" in refused(1, "card", own["poor"])
    assert said("versions") == []
    said("register", own["poor"])
    (card,) = said("card", own["poor"])
    assert said("card", "v1") == [card]
    assert told("card", "1").startswith("# ")
    (whole,) = said("restore", "v1")
    assert (Path(whole["path"]) / "bundle.json").is_file()
