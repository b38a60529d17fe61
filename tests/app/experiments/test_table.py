"""The table of runs, as a person meets it: empty, full, filtered, grouped, changed, and without a server."""

import shutil
import time
from pathlib import Path

import pytest

from core.config.settings import Settings, settings
from core.tracking import store
from core.tracking.registry import in_use
from core.tracking.registry.in_use import Place
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Query, Run
from tests.support import runs
from tests.support.experiments_page import GROUPS, Experiments

pytestmark = pytest.mark.usefixtures("assets")
SIX = [f"run {number:03d}" for number in range(5, -1, -1)]


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of six runs; the fifth one, ``run 004``, leaks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        made = Settings(var=tmp_path_factory.mktemp("six") / "var")
        runs.make(made, runs=6, points=3)
    return made.var


@pytest.fixture
def stored(six: Path, var: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That store, which the test may change."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return Path(shutil.copytree(six, var))


def found(parts: bool = False) -> dict[str, Run]:
    """All runs by name, as they are in the store now."""
    return {one.name: one for one in Reader(settings()).runs(Query(archived="both", parts=parts))}


def test_without_a_database_it_says_what_to_do(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    page = Experiments().sound()
    assert "No run was recorded yet" in page.text and "Train one." in page.text
    assert not page.at.dataframe
    assert not (var / store.DATABASE).exists()
    assert page.at.button(key="t-train").label == "Train"


def test_the_honest_figure_stands_first_and_what_leaks_is_marked_and_never_the_best(stored: Path) -> None:
    page = Experiments(t_cols=["macro F1", "random split", "metrics.test_macro_f1"]).sound()
    assert page.names == SIX
    assert list(page.rows().columns) == ["name", "macro F1", "random split", "metrics.test_macro_f1"]
    # test_macro_f1 of run i is .5 + .4 - .002 i
    assert page.said("macro F1") == ["0.890", "", "0.894", "0.896", "0.898", "\u2605 0.900"]
    assert page.said("random split") == ["", "0.892", "", "", "", ""]
    assert page.said("metrics.test_macro_f1")[1:3] == ["0.892 leaks", "0.894"]
    lowest = Experiments(t_cols=["metrics.test_ece"], t_how="best").said("metrics.test_ece")
    assert [one.startswith("\u2605") for one in lowest] == [False] * 5 + [True]


def test_it_is_ordered_by_the_best_least_and_last_value_of_a_metric(stored: Path) -> None:
    client = store.client(settings())
    for step, value in enumerate((9.0, -1.0, 0.7)):
        client.log_metric(found()["run 003"].id, "val_loss", value, step=step)
        client.log_metric(found()["run 000"].id, "val_loss", 0.5, step=step)
    page = Experiments(t_order="metrics.val_loss", t_cols=["metrics.val_loss"]).sound()
    said = {}
    for how in ("last", "best", "min", "max"):
        page.widget("button_group", "t_how").set_value(how).run()
        said[how] = dict(zip(page.sound().names[:2], page.said("metrics.val_loss")[:2], strict=True))
        assert page.names[2:] == ["run 005", "run 004", "run 002", "run 001"], "those without come last"
    least = {"run 000": "0.5", "run 003": "\u2605 -1"}
    assert list(said["last"].items()) == [("run 003", "0.7"), ("run 000", "\u2605 0.5")]
    assert said["best"] == said["min"] == least and list(said["min"]) == ["run 000", "run 003"]
    assert list(said["max"].items()) == [("run 003", "9"), ("run 000", "\u2605 0.5")]
    page.widget("toggle", "t_rising").set_value(True).run()
    assert page.names[:2] == ["run 000", "run 003"] and page.names[-1] == "run 001"


def test_runs_of_other_programs_are_shown_as_they_are(stored: Path) -> None:
    runs.odd(Settings(var=stored))
    page = Experiments(t_cols=["metrics.loss", "parameters.lr", "parameters.long", "state", "took"],
                       t_x="theirs", t_archived="both", t_curve="loss").sound()  # fmt: skip
    said = dict(zip(page.names, page.said("metrics.loss"), strict=True))
    assert said["again"] == "0.8" and said["foreign"] == ""
    assert {"deleted", "nan", "running", "parent"} <= set(page.names) and "child" not in page.names
    assert "\u2713 finished, archived" in list(page.rows()["state"])
    long = next(one for one in page.names if one.startswith("<script>"))
    assert len(long) <= 300
    # chosen, its name stands in sentences too
    page.choose([page.names.index(long)])
    page.widget("text_input", "t_q").set_value("foreign").run()
    assert page.sound().names == ["foreign"]
    assert "1 chosen run is not among these rows" in page.text and "<script>alert" not in page.text
    page.widget("toggle", "t_parts").set_value(True).run()
    page.widget("text_input", "t_q").set_value("child").run()
    assert sorted(page.names) == ["\u2514 child", "\u2514 grandchild"]


def test_what_is_chosen_is_in_the_address_and_an_address_chooses(stored: Path) -> None:
    page = Experiments().sound().choose([4, 0])
    by_name = found()
    first, second = by_name["run 001"].short, by_name["run 005"].short
    assert page.address("runs") == f"{first},{second}" and "2 chosen" in page.text
    other = Experiments(runs=f"{second},{first},ffffffff").sound()
    assert sorted(other.at.session_state["t_table"]["selection"]["rows"]) == [0, 4]
    assert "Not here any more, though the address names it: ffffffff" in other.text
    assert other.address("runs") == f"{second},{first},ffffffff", "the order is kept"
    other.widget("text_input", "t_filter").set_value("metrics.test_macro_f1 < 0.891").run()
    assert other.names == ["run 005"]
    assert "1 chosen run is not among these rows: run 001" in other.text
    other.choose([])
    assert other.address("runs") == f"{first},ffffffff", "what is out of sight stays chosen"
    assert other.press("t-nothing").address("runs") == ""


def test_a_filter_that_is_wrong_is_said_and_the_table_stays(stored: Path) -> None:
    page = Experiments(t_filter="metrics.test_macro_f1 > 0.895").sound()
    assert page.names == ["run 002", "run 001", "run 000"]
    page.widget("text_input", "t_filter").set_value("metrics.test_macro_f1 is good").run()
    assert page.sound().names == ["run 002", "run 001", "run 000"]
    assert "The table still shows what was asked for before" in page.text
    page.widget("text_input", "t_filter").set_value("").run()
    assert page.names == SIX and not page.at.error
    assert Experiments(t_filter="')); drop table runs; --").sound().names == SIX


def test_the_form_writes_the_filter(stored: Path) -> None:
    metric = {"t_metric": "test_macro_f1", "t_metric_op": "<", "t_metric_is": "0.897"}
    page = Experiments(**metric, t_parameter="model.backbone", t_parameter_is="mobilenet_v2").sound()
    assert page.names == ["run 004", "run 003"]
    said = "metrics.`test_macro_f1` < 0.897 AND params.`model.backbone` = 'mobilenet_v2'"
    assert said in [one.value for one in page.at.code]
    wrong = Experiments(**{**metric, "t_metric_is": "many"}).sound()
    assert wrong.names == SIX and "'many' is none" in wrong.text
    nobody = Experiments(t_since="2030-01-01").sound()
    assert nobody.names == [] and "No run fits" in nobody.text
    assert Experiments(t_until="2025-06-15", t_state="finished").names == SIX


def test_groups_tell_their_mean_and_spread_and_choose_their_runs(stored: Path) -> None:
    page = Experiments(t_group="backbone").sound()
    groups = page.rows(GROUPS).set_index("group")
    # resnet50 learnt runs 2 and 5, mobilenet_v2 runs 0, 1, 3 and 4, of which 4 leaks
    assert groups.loc["resnet50", ["runs", "measured"]].tolist() == [2, 2]
    assert groups.loc["resnet50", "mean"] == pytest.approx(0.893)
    assert groups.loc["resnet50", "sd"] == pytest.approx(0.006 / 2**0.5)
    assert groups.loc["mobilenet_v2", ["runs", "measured", "leaks"]].tolist() == [4, 3, 1]
    assert groups.loc["mobilenet_v2", ["low", "high"]].tolist() == pytest.approx([0.894, 0.9])
    page.choose([list(page.rows(GROUPS)["group"]).index("resnet50")], GROUPS)
    assert page.names == ["run 005", "run 002"] and page.address("t_open") == "resnet50"
    page.press("t-group-choose")
    assert page.address("runs") == ",".join(found()[name].short for name in ("run 005", "run 002"))
    assert Experiments(t_group="backbone", t_open="resnet50").names == ["run 005", "run 002"]


def test_pinned_runs_stay_on_top_and_hidden_ones_out_of_sight(stored: Path) -> None:
    page = Experiments().choose([5]).press("t-pin-now").sound()
    assert page.names == ["\u2191 run 000", *SIX[:5]]
    assert page.address("t_pin") == found()["run 000"].short
    assert page.at.session_state["t_table"]["selection"]["rows"] == [0], "it is still the chosen one"
    page.choose([1]).press("t-hide-now")
    assert "run 005" not in page.names and "not among these rows: run 005" in page.text
    page.widget("toggle", "t_all").set_value(True).run()
    assert "run 005 (hidden)" in page.names
    assert page.at.button(key="t-hide-now").label == "Unhide"
    assert not found()["run 005"].archived


def test_a_run_is_renamed_tagged_and_noted(stored: Path) -> None:
    markup = "<b onclick=x>*big*"
    page = Experiments().choose([0])
    page.widget("menu_button", "t-change").set_value("Rename\u2026").run()
    own = found()["run 005"]
    page.widget("text_input", f"t-name-{own.short}").set_value(markup).run()
    page.press("t-change-yes").sound()
    assert page.names[0] == markup and markup in found()
    page.widget("menu_button", "t-change").set_value("Tag\u2026").run()
    assert markup not in page.text.replace("\\", "").replace(f"**{markup}**", "")
    page.widget("text_input", "t-tag-name").set_value("studio.leaks").run()
    page.press("t-change-yes").sound()
    assert "not set by hand" in page.text.replace("\\", "")
    page.widget("text_input", "t-tag-name").set_value("reviewed").run()
    page.widget("text_input", "t-tag-value").set_value("by us").run()
    page.press("t-change-yes")
    page.widget("menu_button", "t-change").set_value("Note\u2026").run()
    page.widget("text_area", f"t-note-{own.short}").set_value("a good one").run()
    page.press("t-change-yes").sound()
    changed = found()[markup]
    assert changed.tags["reviewed"] == "by us" and changed.note == "a good one"
    page.widget("text_input", "t_q").set_value("REVIEWED=by").run()
    assert page.names == [markup]


def test_runs_are_archived_after_a_question_and_come_back(stored: Path) -> None:
    page = Experiments().choose([0, 1])
    page.widget("menu_button", "t-change").set_value("Archive\u2026").run()
    assert "run 005, run 004" in page.text and "Nothing of them is lost" in page.text
    page.press("t-change-no")
    assert page.names == SIX
    page.widget("menu_button", "t-change").set_value("Archive\u2026").run()
    page.press("t-change-yes").sound()
    assert page.names == SIX[2:] and "2 chosen runs are not among these rows" in page.text
    page.widget("button_group", "t_archived").set_value("only").run()
    assert page.names == SIX[:2]
    page.widget("menu_button", "t-change").set_value("Restore").run()
    assert page.sound().names == [] and not any(one.archived for one in found().values())


def test_the_champion_has_its_badge(stored: Path) -> None:
    Reader(settings())
    client = store.client(settings())
    client.set_tag(found()["run 003"].id, "studio.bundle", "ab12")
    in_use.write({"champion": Place("3", "ab12", "here", 0.0, "us", "")}, settings())
    page = Experiments().sound()
    assert dict(zip(page.names, page.rows()["model"], strict=True))["run 003"] == "champion v3"


def test_new_runs_come_at_the_end_until_a_person_orders_anew(stored: Path) -> None:
    page = Experiments().sound()
    runs.make(settings(), runs=1, points=1, first=6)
    time.sleep(2.1)  # what was read is new for two seconds
    page.at.run()
    assert page.names == [*SIX, "run 006"]
    assert page.at.button(key="t-anew").label == "1 new run at the end: order anew"
    page.press("t-anew")
    page.at.run()
    assert page.names == ["run 006", *SIX]


def test_what_was_read_last_stays_while_runs_are_away(stored: Path) -> None:
    page = Experiments().sound()
    (stored / store.DATABASE).rename(stored / "gone")
    time.sleep(2.1)
    page.at.run()
    assert page.sound().names == SIX
    assert "is not there" in page.text and "is shown" in page.text
    (stored / "gone").rename(stored / store.DATABASE)
    page.press("t-again")
    assert page.names == SIX and not page.at.warning


def test_a_server_that_never_answered_is_said(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    page = Experiments().sound()
    assert "Nothing was read from it yet" in page.text and page.at.button(key="t-again").label == "Try again"
