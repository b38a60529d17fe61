"""One run: what it logged, in place; its files, its recipe, its parts, whoever made it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config.params import Params
from core.config.settings import Settings, settings
from core.models.bundle import load
from core.tracking import store
from tests.app.conftest import png
from tests.support import runs as stores

ODD = {"What came out": ("empty", "nan", "running", "long"), "What went in": ("parameter", "long")}
"""Runs of others, by the part of the view that they try hardest."""


@pytest.fixture(scope="module")
def store_of_runs(tmp_path_factory: pytest.TempPathFactory, shipped: Path) -> tuple[Path, dict[str, str]]:
    """A training's run with files of every kind, a part of it, and the odd ones."""
    here = Settings(var=tmp_path_factory.mktemp("one") / "var")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        names = stores.odd(here)
        client = store.client(here)
        place = store.experiment(client, "kidney", here)
        tags = {"studio.job": "20240101-000000-000000-abcd", "studio.dataset": "kidney",
                "studio.split": "grouped_cv", "studio.manifest": "ab" * 32}  # fmt: skip
        whole = client.create_run(place, run_name="whole", tags=tags).info.run_id
        part = client.create_run(place, run_name="fold 1", tags={"mlflow.parentRunId": whole}).info.run_id
        client.log_param(whole, "training.epochs", "7")
        client.log_metric(whole, "test_macro_f1", 0.61)
        client.log_metric(whole, "random_macro_f1", 0.98)
        for step, value in enumerate((0.9, 0.4, 0.6)):
            client.log_metric(whole, "val_loss", value, step=step)
        _files(client, whole, tmp_path_factory.mktemp("files"), shipped)
        for run in (whole, part):
            client.set_terminated(run)
    return here.var, {**names, "whole": whole, "part": part}


def _files(client: Any, run: str, folder: Path, shipped: Path) -> None:
    card = load(shipped).card
    recipe = Params.model_validate(card.data["params"]).model_dump(mode="json")
    scores = {"metrics": card.metrics, "data": {**card.data, "params": recipe}}
    (folder / "scores.json").write_text(json.dumps(scores))
    (folder / "environment.json").write_text(json.dumps({"python": "3.11.9", "packages": {"keras": "3.15"}}))
    (folder / "table.csv").write_text("a,a,b\n1,2\n3,4,5\n")
    (folder / "figure.png").write_bytes(png(1))
    (folder / "broken.png").write_bytes(b"no picture")
    (folder / "words.txt").write_text("<script>alert(1)</script> *words*")
    (folder / "weights.npz").write_bytes(np.random.default_rng(0).bytes(2_000))
    (folder / "huge.txt").write_text("x" * 3_000_000)
    (folder / "log").mkdir()
    (folder / "log" / "20240101-000000-000000-abcd.log").write_text("begun\nlearnt <b>much</b>\n")
    client.log_artifacts(run, str(folder))


@pytest.fixture
def ids(
    store_of_runs: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch, assets: Path
) -> Iterator[dict[str, str]]:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("KCS_VAR", str(store_of_runs[0]))
    settings.cache_clear()
    yield store_of_runs[1]
    settings.cache_clear()


def script(several: list[str]) -> None:
    from app.components.experiments.one_run import one_run
    from app.experiments.reading import reader

    one_run.show([reader().run(one) for one in several])


class Page:
    def __init__(self, *several: str, **address: str) -> None:
        self.at = AppTest.from_function(script, default_timeout=30, args=([*several],))
        for name, value in address.items():
            self.at.query_params[name] = value
        self.at.run()
        assert not self.at.exception, self.at.exception

    @property
    def text(self) -> str:
        found = [*self.at.markdown, *self.at.caption, *self.at.error]
        return "\n".join([*(one.value for one in found), *(one.value for one in self.at.get("html"))])

    def buttons(self) -> list[str]:
        return [str(one.key) for one in self.at.button]


def test_nothing_chosen_says_what_to_do(ids: dict[str, str]) -> None:
    assert "Choose a run in the table" in Page().text


def test_honest_figures_come_first_and_every_metric_has_its_extremes(ids: dict[str, str]) -> None:
    page = Page(ids["whole"])
    assert page.text.index("On patients it never saw") < page.text.index("Random split, leaking")
    row = page.text.split("<th>val_loss</th>")[1][:80]
    assert row.startswith("<td>0.6</td><td>0.4</td><td>0.9</td>")
    assert 'random_macro_f1 <span class="ex-leak">leaks</span>' in page.text


def test_parameters_say_what_they_mean_and_what_it_ran_on(ids: dict[str, str]) -> None:
    page = Page(ids["whole"], o_part="What went in")
    assert "<th>training.epochs</th><td>7</td>" in page.text
    assert "3.11.9" in page.text and "keras" in page.text
    assert "the set isn't on this machine" in page.text


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("words.txt", "&lt;script&gt;alert(1)&lt;/script&gt; *words*"),
        ("broken.png", "It can't be shown: it is no picture."),
        ("weights.npz", "It is no picture, table or text."),
        ("huge.txt", "up to 2.0 MB are shown here"),
        ("../../mlflow.db", "Choose a file"),
        ("/etc/passwd", "Choose a file"),
        ("no/such/file", "It left no files"),
    ],
)
def test_a_file_is_looked_at_in_place(ids: dict[str, str], path: str, found: str) -> None:
    page = Page(ids["whole"], o_part="Files", o_file=path)
    assert found in page.text
    assert "Traceback" not in page.text


def test_tables_pictures_and_json_are_drawn(ids: dict[str, str]) -> None:
    table = Page(ids["whole"], o_part="Files", o_file="table.csv").at.dataframe[0].value
    assert list(table.columns) == ["a", "a 1", "b"]
    assert table["b"].tolist() == ["", "5"]
    picture = Page(ids["whole"], o_part="Files", o_file="figure.png")
    assert "**figure.png**" in picture.text and "can't be shown" not in picture.text
    assert Page(ids["whole"], o_part="Files", o_file="scores.json").at.json


def test_folders_are_opened_and_left(ids: dict[str, str]) -> None:
    page = Page(ids["whole"], o_part="Files")
    page.at.button(key="o_f_log").click().run()
    assert "o_f_log/20240101-000000-000000-abcd.log" in page.buttons()
    page.at.button(key="o_f_").click().run()
    assert "o_f_words.txt" in page.buttons()


def test_the_log_is_read_from_its_files_where_the_job_is_gone(ids: dict[str, str]) -> None:
    assert "learnt &lt;b&gt;much&lt;/b&gt;" in Page(ids["whole"], o_part="Log").text
    assert "It left no log." in Page(ids["part"], o_part="Log").text


def test_lineage_leads_to_the_parts_and_back(ids: dict[str, str]) -> None:
    page = Page(ids["whole"], o_part="Lineage")
    assert "**1 part**" in page.text
    page.at.button(key=f"o_to_{ids['part'][:8]}").click().run()
    assert "<h2>fold 1</h2>" in page.text
    assert f"o_to_{ids['whole'][:8]}" in page.buttons()


def test_an_address_may_name_a_run_that_is_not_there(ids: dict[str, str]) -> None:
    page = Page(ids["whole"], o_run="ffffffff")
    assert "<h2>whole</h2>" in page.text and "ffffffff" in page.text


def test_a_link_opens_the_one_of_several_chosen_runs_that_it_names(ids: dict[str, str]) -> None:
    page = Page(ids["whole"], o_run=ids["part"][:8])
    assert "<h2>fold 1</h2>" in page.text and "<h2>whole</h2>" not in page.text


@pytest.mark.parametrize("part", ["What came out", "What went in", "Files", "Log", "Lineage"])
def test_runs_of_others_are_shown_whatever_they_are(ids: dict[str, str], part: str) -> None:
    for name in ODD.get(part, ("long", "lost")):
        page = Page(ids[name], o_part=part)
        assert "<script>" not in page.text, name
        assert "Something unexpected" not in page.text, name


def test_same_as_this_with_changes_fills_the_form_on_train(ids: dict[str, str], shipped: Path) -> None:
    from app.experiments import details
    from app.experiments.reading import reader

    recipe = details.recipe(reader().run(ids["whole"]))
    assert recipe == Params.model_validate(load(shipped).card.data["params"])
    assert "o_again" in Page(ids["whole"]).buttons()
    foreign = next(run for name, run in ids.items() if name not in ("whole", "part"))
    assert "o_again" not in Page(foreign).buttons()


def test_without_the_database_a_sentence_says_so(
    ids: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    var = tmp_path / "var"
    shutil.copytree(settings().var, var)
    monkeypatch.setenv("KCS_VAR", str(var))
    settings.cache_clear()
    (var / "mlflow.db").unlink()

    from app.experiments.reading import reader
    from core.tracking.store import AwayError

    with pytest.raises(AwayError, match=r"mlflow\.db"):
        reader().run(ids["whole"])
