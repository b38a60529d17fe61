"""The curves' view in each of its states, over a real store of runs."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from app.components.experiments.curves import curves
from tests.support.drawn import Look, looks, text


@pytest.fixture
def look(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Look]:
    """Opens a view of some runs."""
    yield from looks(tmp_path_factory.getbasetemp(), monkeypatch)


def titles(at: AppTest) -> list[str]:
    """What its plots are called."""
    return [one.value.partition(">")[2].partition("<")[0] for one in at.get("html") if "ex-plot" in one.value]


def test_without_a_run_it_says_what_to_do_and_does_it(look: Look) -> None:
    at = look()
    assert curves.CHOOSE in text(at) and not at.get("plotly_chart")
    at.button(key="c-newest").click().run()
    assert not at.exception
    assert len("".join(at.query_params["runs"]).split(",")) == curves.NEWEST


def test_loss_and_macro_f1_are_drawn_side_by_side(look: Look) -> None:
    at = look("run 0", "run 1", "run 4")
    assert titles(at) == ["loss", "val_macro_f1"] and len(at.get("plotly_chart")) == 2
    assert at.multiselect(key="c_metrics").value == ["val_loss", "val_macro_f1"]
    legend = next(one.value for one in at.get("html") if "ex-legend" in one.value)
    assert legend.index("run 000") < legend.index("run 001") < legend.index("run 004")
    assert legend.count("<small>leaks</small>") == 1
    assert "it flatters" in text(at)


def test_an_address_shows_what_it_says(look: Look) -> None:
    at = look("run 0", c_metrics=["train_loss", "test_macro_f1"], c_x="Wall time", c_smooth="0.6",
              c_logy="true", c_pair="false")  # fmt: skip
    assert titles(at) == ["train_loss", "test_macro_f1"]
    assert at.slider(key="c_smooth").value == 0.6
    assert at.toggle(key="c_logx").disabled and not at.toggle(key="c_logy").disabled


def test_an_address_that_names_nonsense_is_read_as_far_as_it_goes(look: Look) -> None:
    at = look("run 0", c_metrics=["<b>gone</b>", "val_loss"], c_smooth="7", c_x="Sideways", c_logx="maybe")
    assert titles(at) == ["loss"] and at.slider(key="c_smooth").value in (0.0, 0.99)


def test_metrics_all_taken_away_are_the_usual_ones_again(look: Look) -> None:
    at = look("run 0", c_metrics=["test_macro_f1", "val_loss"])
    at.multiselect(key="c_metrics").set_value([]).run()
    assert titles(at) == ["loss", "val_macro_f1"]


def test_runs_without_any_figure_are_told_so(look: Look) -> None:
    at = look("empty", "failed")
    assert curves.NOTHING in text(at) and not at.get("plotly_chart")


def test_a_run_that_lacks_what_is_drawn_is_named(look: Look) -> None:
    at = look("run 0", "foreign", "empty", c_x="Epoch")
    assert "Not logged by “foreign”" in text(at) and "“empty”: no figure was logged." in text(at)
    assert "were not trained here" in text(at)


def test_a_search_draws_its_trials(look: Look) -> None:
    at = look("search")
    assert titles(at) == ["val_macro_f1"]
    assert "Of “a search” the folds or trials are drawn, thin" in text(at)


def test_what_was_logged_too_often_is_said_to_be_thinned(look: Look) -> None:
    at = look("often", c_metrics=["batch_loss"], c_logy="true")
    assert "of 2,500 points" in text(at)
    assert "3 points are 0 or less" in text(at)


def test_what_is_no_number_is_counted(look: Look) -> None:
    at = look("nan", c_metrics=["loss"])
    assert "3 values are no finite number" in text(at)


def test_a_name_of_500_characters_is_text_in_the_legend(look: Look) -> None:
    at = look("long", "run 0")
    legend = next(one.value for one in at.get("html") if "ex-legend" in one.value)
    assert "<script" not in legend and "&lt;script&gt;alert(1)" in legend


def test_a_run_that_goes_on_is_said_to_run_and_is_looked_at_again(look: Look) -> None:
    at = look("running", "metric", c_metrics=["train_loss", "a/b/c"])
    assert "<small>running</small>" in text(at)
    assert titles(at) == ["train_loss", "a/b/c"]
    assert "Logged once a run, so a point each: a/b/c" in text(at)


def test_folds_are_drawn_beside_their_run_where_asked(look: Look) -> None:
    assert len(look("parent", "run 0", c_parts="true").get("plotly_chart")) == 2
