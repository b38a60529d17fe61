from collections.abc import Callable
from dataclasses import replace

import pytest

from core.comparison import loading
from core.config.settings import Settings
from core.errors import DataError
from core.tracking.runs.reader import Reader
from core.tracking.runs.values import Run
from tests.comparison.conftest import GOOD_OF_SIX, answered, details

Named = Callable[[str], Run]


class Counting(Reader):
    """Counts what is read of runs."""

    reads = 0

    def content(self, run: str, path: str, most: int = 16 * 1024 * 1024) -> bytes:
        self.reads += 1
        return super().content(run, path, most)


def test_a_run_comes_with_all_that_it_logged(run: Named, reader: Reader) -> None:
    found = loading.details(run("good"), reader)
    assert not found.missing and not found.troubles
    assert found.split() == "grouped_test"
    assert found.figures()["macro_f1"]["value"] == 1.0
    assert found.environment["packages"]["numpy"] == "2.4"
    answers = found.answered()
    assert answers is not None and answers.probabilities[:, 0].tolist() == pytest.approx(GOOD_OF_SIX)
    assert set(found.curves()["roc"]) == {"Cyst", "Stone"}


def test_what_a_run_has_not_logged_is_named(run: Named, reader: Reader) -> None:
    found = loading.details(run("bare"), reader)
    assert found.missing == ("scores.json", "answers.csv", "environment.json")
    assert found.answered() is None and found.figures() == {} and found.split() == ""


def test_files_that_are_something_else_are_said_and_break_nothing(run: Named, reader: Reader) -> None:
    found = loading.details(run("broken"), reader)
    assert [one.partition(":")[0] for one in found.troubles] == [
        "scores.json", "answers.csv", "environment.json",
    ]  # fmt: skip
    assert "no table of answers" in found.troubles[1]
    assert found.metrics == {} and found.answers == {}


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'"x"', b"1e999"]
)
def test_what_is_no_json_object_is_said(content: bytes) -> None:
    with pytest.raises(DataError, match="no JSON object"):
        loading._document(content)


def test_a_run_that_is_over_is_read_once_and_a_changed_name_is_seen(run: Named, settings: Settings) -> None:
    reader, own = Counting(settings), run("good")
    loading.details(own, reader)
    again = loading.details(replace(own, name="another name"), reader)
    assert reader.reads == 3 and again.run.name == "another name" and len(again.answers) == 1
    loading.details(replace(own, ended=(own.ended or 0.0) + 60.0), reader)
    assert reader.reads == 6, "taken up again, it may have logged others"


def test_what_was_missing_is_asked_for_again_after_a_while(
    run: Named,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = Counting(settings)
    for name in ("live", "bare"):
        loading.details(run(name), reader)
        loading.details(run(name), reader)
    assert reader.reads == 6
    now = loading.time.monotonic()
    monkeypatch.setattr(loading.time, "monotonic", lambda: now + 30)
    loading.details(run("live"), reader)
    loading.details(run("bare"), reader)
    assert reader.reads == 9


def test_no_more_is_kept_than_memory_has(
    run: Named,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loading, "_KEPT_ROWS", 8)
    reader = Counting(settings)
    for name in ("good", "poor", "good"):
        assert loading.details(run(name), reader).answered() is not None
    assert reader.reads == 9


def test_figures_of_a_run_that_leaks_are_none_of_patients_it_never_saw() -> None:
    leaking = details(answered(), tags={"studio.leaks": "true"})
    assert leaking.split() == "" and leaking.answered() is None
    random = details(answered(), "random_test")
    assert random.split() == "" and random.split(leaking=True) == "random_test"
    lying = details(answered())
    lying.scores["metrics"]["grouped_test"]["leaks"] = True
    assert lying.split() == ""
