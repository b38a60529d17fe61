"""Parallel coordinates, the scatter and the bars: what is drawn, and the view in each of its states."""

import math
from collections.abc import Iterator

import pytest

from app.components.experiments.parallel import figure, parallel, scatter
from app.components.experiments.parallel import weights as parallel_weights
from app.experiments import dimensions
from core.comparison.importance import Importance, Weight
from core.tracking.runs.values import Run
from tests.support.drawn import Look, looks, text
from tests.support.runs import LONG_NAME


@pytest.fixture
def look(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Look]:
    """Opens a view of some runs."""
    yield from looks(tmp_path_factory.getbasetemp(), monkeypatch)


def runs(count: int = 4) -> list[Run]:
    """Every third leaks; the second has no figure."""
    return [
        Run(
            f"{at:x}" + "0" * 31, LONG_NAME if at == 0 else f"run {at}", "kidney", "finished",
            parameters={"training.learning_rate": f"{10.0 ** -(at + 1)}", "model.backbone": "ab"[at % 2]},
            metrics={"f1": math.nan if at == 1 else 0.5 + 0.1 * at},
            tags={"studio.leaks": "true"} if at % 3 == 2 else {},
        )
        for at in range(count)
    ]  # fmt: skip


def test_every_axis_has_a_line_for_each_run_that_has_all_numbers() -> None:
    found, (shade,) = dimensions.parameters(runs()), dimensions.metrics(runs())
    rows = figure.kept([*found, shade], 4)
    (made,) = figure.figure([*found, shade], shade, rows).data
    backbone, rate, f1 = made.dimensions
    assert rows == [0, 2, 3] and list(made.line.color) == pytest.approx([0.5, 0.7, 0.8])
    assert (backbone.label, backbone.ticktext, backbone.values) == ("backbone", ("a", "b"), (0, 0, 1))
    assert rate.values == pytest.approx((-1, -3, -4)) and "0.001" in rate.ticktext
    assert f1.label == "f1"


def test_names_lose_their_section_unless_they_would_be_the_same() -> None:
    names = ["model.size", "data.size", "training.epochs", "x" * 60, "odd."]
    assert figure.labels(names)[:3] == ["model.size", "data.size", "epochs"]
    assert len(figure.labels(names)[3]) == 24 and figure.labels(names)[4] == "odd."


def test_a_scatter_marks_what_leaks_and_leaves_out_what_has_no_number() -> None:
    (_, rate), (f1,) = dimensions.parameters(runs()), dimensions.metrics(runs())
    made = scatter.figure(runs(), rate, f1)
    honest, leaks = made.data
    assert list(honest.x) == pytest.approx([0.1, 0.0001]) and list(leaks.x) == pytest.approx([0.001])
    assert "(leaks)" in leaks.text[0] and leaks.marker.symbol != honest.marker.symbol
    assert "<" not in honest.text[0] and list(honest.customdata) == ["00000000", "30000000"]
    assert made.layout.xaxis.type == "log" and len(set(map(str, [honest.marker.size]))) == 1


def test_a_category_is_an_axis_of_categories() -> None:
    (backbone, _), (f1,) = dimensions.parameters(runs()), dimensions.metrics(runs())
    made = scatter.figure(runs(), backbone, f1)
    assert made.layout.xaxis.type == "category" and made.layout.xaxis.categoryarray == ("a", "b")


def test_bars_have_the_sign_of_the_correlation_and_the_most_important_is_on_top() -> None:
    weights = (
        Weight("training.learning_rate", 0.7, 0.5, 0.1, -0.8, 9),
        Weight("model.dropout", 0.3, 0.2, 0.1, 0.4, 9),
        Weight("model.<b>net</b>", 0.0, 0.0, 0.0, math.nan, 3),
    )  # fmt: skip
    (made,) = parallel_weights.figure(Importance("f1", 24, weights, 0.6)).data
    assert made.y[-1] == "training.learning_rate" and made.y[0] == "model.&lt;b&gt;net&lt;/b&gt;"
    assert made.text[::-1] == ("\u22120.80", "+0.40", "3 categories")
    assert "learning_rate 70%, \u22120.80" in parallel_weights.spoken(Importance("f1", 24, weights, 0.6))


def test_without_two_runs_it_says_what_to_do_and_does_it(look: Look) -> None:
    at = look(view="Parallel")
    assert parallel.CHOOSE in text(at)
    assert "1 run chosen." in text(look("run 0", view="Parallel"))
    at.button(key="p-newest").click().run()
    assert not at.exception and len(at.get("plotly_chart")) >= 1


def test_chosen_runs_are_drawn_over_what_differs(look: Look) -> None:
    at = look("run 0", "run 1", "run 2", "run 4", "empty", view="Parallel")
    assert at.multiselect(key="p_params").value == [
        "model.backbone", "training.learning_rate", "training.seed",
    ]  # fmt: skip
    assert at.multiselect(key="p_metrics").value == ["test_macro_f1"]
    assert len(at.get("plotly_chart")) == 2
    assert "1 run without a number on every axis left out" in text(at) and "What leaks flatters" in text(at)


def test_a_search_offers_its_trials_and_what_matters_in_them(look: Look) -> None:
    at = look("search", view="Parallel", p_weights="true")
    assert "10 parts of a search" in text(at) and len(at.get("plotly_chart")) == 3
    assert "Of 10 runs" in text(at) and "proves no cause" in text(at)


def test_the_chosen_runs_come_first_where_a_search_is_among_them(look: Look) -> None:
    at = look("run 0", "search", view="Parallel")
    assert at.selectbox(key="p_of").value == parallel.CHOSEN
    at.selectbox(key="p_of").select_index(1).run()
    assert not at.exception and "10 parts of a search" in text(at)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("empty", "failed"), parallel.NOTHING),
        (("nan", "metric"), "No parameter differs"),
        (("run 0", "foreign"), "Choose two axes or more"),
    ],
)
def test_where_there_is_too_little_it_says_what_is_missing(
    look: Look, names: tuple[str, ...], said: str
) -> None:
    assert said in text(look(*names, view="Parallel"))


def test_an_address_that_names_nonsense_is_read_as_far_as_it_goes(look: Look) -> None:
    at = look("run 0", "run 1", view="Parallel", p_params=["gone"], p_x="none", p_y="<b>", p_of="?")
    assert len(at.get("plotly_chart")) >= 1


def test_axes_that_no_two_runs_share_are_named(look: Look) -> None:
    at = look("run 0", "run 1", "foreign", view="Parallel", p_params=["lr"])
    assert "Fewer than two runs have a number on every axis. Most lack lr." in text(at)


def test_axes_taken_away_are_asked_for_again(look: Look) -> None:
    at = look("run 0", "run 1", view="Parallel")
    at.multiselect(key="p_params").set_value([]).run()
    assert "Choose two axes or more" in text(at) and not at.exception
