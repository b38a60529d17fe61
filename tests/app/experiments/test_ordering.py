"""Order, best and groups of runs, worked by hand."""

import math
from typing import Any

import pytest

from app.experiments import columns, exporting, grouping, ordering
from app.experiments.columns import Known
from app.experiments.view_state import View
from core.tracking.registry.in_use import Place
from core.tracking.runs.values import Run, Summary

LOSS = "metrics.val_loss"
HONEST = {"studio.split": "grouped_cv"}


def run(number: int, **fields: Any) -> Run:
    return Run(**{"id": f"{number:08x}{'0' * 24}", "name": f"r{number}", "experiment": "e",
                  "state": "finished", **fields})  # fmt: skip


def ids(runs: Any) -> list[int]:
    return [int(one.short, 16) for one in runs]


def test_numbers_order_as_numbers_and_what_is_missing_comes_last_both_ways() -> None:
    rates = ("0.1", "1e-3", "0.02", "", "auto")
    runs = [run(n, parameters={"lr": rate} if rate else {}) for n, rate in enumerate(rates)]
    assert ids(ordering.by(runs, "parameters.lr", Known(), rising=True)) == [1, 2, 0, 4, 3]
    assert ids(ordering.by(runs, "parameters.lr", Known(), rising=False)) == [0, 2, 1, 4, 3]
    odd = [run(n, metrics={"val_loss": value}) for n, value in enumerate((math.nan, 2.0, math.inf, 1.0))]
    assert ids(ordering.by(odd, LOSS, Known(), rising=False)) == [1, 3, 0, 2]
    assert ids(ordering.by(odd, "parameters.none", Known(), rising=True)) == [0, 1, 2, 3]


def test_equal_runs_keep_their_order_both_ways() -> None:
    runs = [run(n, metrics={"val_loss": 1.0}) for n in (3, 1, 2)]
    for rising in (True, False):
        assert ids(ordering.by(runs, LOSS, Known(), rising=rising)) == [3, 1, 2]


def test_a_loss_is_best_where_it_is_least_and_a_score_where_it_is_largest() -> None:
    runs = [run(n, metrics={"val_loss": n, "f1": n, "lone": 1} if n else {"val_loss": math.nan})
            for n in range(3)]  # fmt: skip
    assert ordering.best(runs, LOSS, Known()) == {runs[1].id}
    assert ordering.best(runs, "metrics.f1", Known()) == {runs[2].id}
    assert ordering.best(runs[:2], "metrics.f1", Known()) == set(), "one alone is no best"
    assert ordering.best(runs, "metrics.lone", Known()) == {runs[1].id, runs[2].id}
    assert ordering.best(runs, columns.TOOK, Known()) == set()


def test_the_best_is_of_its_data_set() -> None:
    figures = {1: ("a", 0.5), 2: ("a", 0.6), 3: ("b", 0.9), 4: ("b", 0.8), 5: ("c", 0.99)}
    runs = [
        run(n, metrics={"test_macro_f1": value}, tags={**HONEST, "studio.dataset": name})
        for n, (name, value) in figures.items()
    ]
    assert ordering.best(runs, columns.F1, Known()) == {runs[1].id, runs[2].id}, "alone on c, 5 is no best"


def test_what_leaks_is_never_best_and_counts_in_no_mean() -> None:
    scores = (0.5, 0.7, 0.99)
    leaks = {"studio.split": "random", "studio.leaks": "true"}
    runs = [run(n, metrics={"test_macro_f1": score, "random_macro_f1": score},
                tags=leaks if score > 0.9 else HONEST) for n, score in enumerate(scores)]  # fmt: skip
    for column in (columns.F1, "metrics.test_macro_f1"):
        assert ordering.best(runs, column, Known()) == {runs[1].id}
        (group,) = grouping.groups(runs, columns.SET, column, Known())
        assert group.mean == pytest.approx(0.6) and (group.leaks, len(group.runs)) == (1, 3)
        assert group.sd == pytest.approx(0.2 / 2**0.5)
    assert ordering.best(runs, "metrics.random_macro_f1", Known()) == set()
    assert ordering.best(runs, columns.LEAKY, Known()) == set()


def test_groups_come_better_mean_first_and_those_without_last() -> None:
    runs = [run(n, parameters={"size": size} if size else {}, metrics={"val_loss": loss} if loss else {})
            for n, (size, loss) in enumerate([("160", 3.0), ("224", 1.0), ("", 2.0), ("96", 0)])]  # fmt: skip
    found = grouping.groups(runs, "parameters.size", LOSS, Known())
    assert [one.name for one in found] == ["224", "", "160", "96"]
    assert found[-1].mean is None and found[0].sd is None and found[0].low == found[0].high == 1.0


def test_which_value_of_a_metric_counts() -> None:
    one = run(1, metrics={"val_loss": 3.0})
    known = {"val_loss": {one.id: Summary(3.0, 1.0, 9.0, 1.0)}}
    values = [columns.number(one, LOSS, Known(how, known)) for how in ("last", "min", "max", "best")]
    assert values == [3.0, 1.0, 9.0, 1.0]
    assert columns.number(one, LOSS, Known("best")) == 3.0, "the last where nothing else was read"


@pytest.mark.parametrize(
    ("text", "fits"),
    [("", True), ("  ", True), ("R1", True), ("r1 good", True), ("reviewed=yes", True), ("00000001", True),
     ("a note", True), ("r2", False), ("0000000f", False), ("us@host", False), ("r1 absent", False)],
)  # fmt: skip
def test_a_search_means_all_words_in_name_note_tags_or_the_ids_beginning(text: str, fits: bool) -> None:
    tags = {"reviewed": "yes", "mlflow.user": "us@host", "mlflow.note.content": "A good note"}
    assert ordering.matches(run(1, tags=tags), text) is fits


def test_pinned_come_first_in_their_order_and_hidden_not_at_all() -> None:
    runs = [run(n, started=float(n)) for n in range(5)]
    view = View(pinned=(runs[1].short, runs[3].short), hidden=(runs[4].short,))
    assert ids(ordering.shown(runs, view, Known())) == [1, 3, 2, 0]
    assert ids(ordering.shown(runs, View(states=("failed",)), Known())) == []


def test_text_of_others_is_one_line_that_turns_and_hides_nothing() -> None:
    assert columns.line("a\n\u202eb\x00\u2028c\t\u200bd") == "a b c d"
    odd = run(1, name="x\ny", tags={"t": "1\r\n2"}, parameters={"p": "\u2066q"})
    several = ("name", "tags.t", "parameters.p", "metrics.m", "zzz")
    assert [columns.words(odd, one, Known()) for one in several] == ["x y", "1 2", "q", "", ""]
    assert columns.label("parameters." + "p" * 500) == "p" * 80


def test_the_badge_goes_by_the_bundle() -> None:
    places = {"champion": Place("3", "aa", "", 0.0, "", ""), "challenger": Place("4", "bb", "", 0.0, "", "")}
    known = Known(places=places)  # type: ignore[arg-type]
    badges = [columns.badge(run(1, tags={"studio.bundle": one} if one else {}), known) for one in
              ("aa", "bb", "cc", "")]  # fmt: skip
    assert badges == ["champion v3", "challenger v4", "", ""]


def test_a_file_has_exact_numbers_and_no_formula() -> None:
    odd = run(1, name='=HYPERLINK("x")', metrics={"a": 0.123456789, "b": math.nan}, tags={"t": " @sum"})
    view = View(columns=("metrics.a", "metrics.b", "tags.t", "state", "took"))
    csv = exporting.as_csv(view, [odd], Known()).splitlines()
    assert csv[0] == "\ufeffid,name,metrics.a,metrics.b,tags.t,state,took,leaks"
    assert csv[1] == f'{odd.id},"\'=HYPERLINK(""x"")",0.123456789,,\'@sum,finished,,False'
    json = exporting.as_json(view, [odd], Known())
    assert '"metrics.b": null' in json and '"name": "=HYPERLINK(\\"x\\")"' in json
    assert exporting.as_csv(view, [], Known()).startswith("\ufeffid,name,metrics.a")
