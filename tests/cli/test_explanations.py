"""The verb that measures a model's explanations, in this process, on a small real bundle."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.cli import explanations
from core.config.settings import settings
from core.errors import DataError
from core.explain import kept
from core.explain.localisation import keeping, measure
from core.models.bundle import load
from tests.explain.localisation.packed import WHOLE, pack

QUICK = ("--methods", "closed-form", "--only", "outside,localisation", "--slices", "1")
Verb = Callable[..., Result]


@pytest.fixture
def verb(copied: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Verb]:
    """The verb, with a bundle of its own and a small archive of marked slices."""
    shared = tmp_path / "shared"
    shared.mkdir()
    pack(shared, WHOLE)
    monkeypatch.setenv("KCS_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("KCS_SHARED_DATA", str(shared))
    settings.cache_clear()
    folder = copied()

    def run(*words: str) -> Result:
        return CliRunner().invoke(explanations.app, ["--model", str(folder), *words])

    yield run
    settings.cache_clear()


def test_it_measures_and_keeps_and_says_it(verb: Verb, tmp_path: Path) -> None:
    result = verb(*QUICK)
    assert result.exit_code == 0, result.output
    assert "100% where closed-form looks" in result.stderr
    assert "Grad-CAM, closed form on 1 of tumor-axial: peak on the lesion" in result.stdout
    assert "Centre of the body on 1 of stone-coronal" in result.stdout
    found = keeping.read(kept.read(load(tmp_path / "bundle"), settings()))
    assert {row.source for row in found.rows} == {
        "stone-coronal", "tumor-axial", "synthetic cyst", "synthetic stone", "synthetic tumor",
    }  # fmt: skip
    assert found.outside and (found.dataset, found.standing) == ("marked slices", "marked")
    again = verb("--show", "--json")
    assert [json.loads(line)["section"] for line in again.stdout.splitlines()] == ["localisation", "outside"]
    assert "%" not in again.stderr, "nothing is measured"


def test_what_was_measured_before_a_stop_is_kept(
    verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(measure, "of_method", stopped)
    assert verb(*QUICK).exit_code != 0
    whole = json.loads((tmp_path / "bundle" / kept.FILE).read_text(encoding="utf-8"))
    assert set(whole) == {"bundle", "outside"}, "the part that was done, and nothing half"


def test_without_the_archive_that_is_said_and_the_drawn_slices_are_measured(
    verb: Verb, tmp_path: Path
) -> None:
    (tmp_path / "shared" / "localised-ct.zip").unlink()
    result = verb(*QUICK)
    assert result.exit_code == 0
    assert "localised-ct.zip was not measured: localised-ct.zip is not in" in result.stdout
    assert "on 1 of synthetic stone" in result.stdout


def test_where_nothing_is_kept_that_is_said(verb: Verb) -> None:
    result = verb("--show")
    assert (result.exit_code, result.stdout) == (0, "Nothing was measured about tiny's maps yet.\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--methods", "tea-leaves"), "tea-leaves is none of closed-form"),
        (("--methods", ","), "nothing is none of closed-form"),
        (("--only", "localization"), "localization is none of outside, localisation, sanity"),
        (("--slices", "0"), "--slices"),
    ],
)
def test_wrong_use_is_told_before_anything_is_measured(words: tuple[str, ...], said: str, verb: Verb) -> None:
    result = verb(*words)
    told = " ".join(result.output.replace("│", " ").split())
    assert result.exit_code == 2 and said in told


def test_a_data_set_that_is_not_here_is_a_sentence(verb: Verb) -> None:
    result = verb(*QUICK, "--dataset", "nowhere")
    assert isinstance(result.exception, DataError) and "nowhere" in result.exception.sentence
