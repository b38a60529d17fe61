"""Results as CSV."""

import csv
import io
from dataclasses import replace

import pytest

from core.config.settings import Limits
from core.imaging.intake import Refused
from core.inference import table
from core.inference.batch import Case, review
from core.inference.predictor import Predictor
from tests.support.scans import body, png


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.fixture(scope="module")
def case(predictor: Predictor) -> Case:
    (found,) = review([("slice, one.png", png(body()))], predictor, Limits())
    assert isinstance(found, Case)
    return found


def test_a_line_says_all_there_is_to_know(case: Case, predictor: Predictor) -> None:
    (row,) = rows(table.write([case], predictor.labels))
    assert row["file"] == "slice, one.png"
    assert row["label"] == case.prediction.label
    assert row["declined"] == "no"
    chances = [float(row[f"p_{label}"]) for label in predictor.labels]
    assert chances == pytest.approx(case.prediction.probabilities, abs=5e-5)
    assert row["digest"] == predictor.bundle.digest


def test_a_refused_file_has_a_line_too(case: Case, predictor: Predictor) -> None:
    refused = Refused("b.jpg", "empty", "b.jpg is empty.")
    row = rows(table.write([case, refused], predictor.labels))[1]
    assert (row["file"], row["error"], row["label"], row["p_Cyst"]) == ("b.jpg", "b.jpg is empty.", "", "")


@pytest.mark.parametrize("name", ["=1+1.png", "+1", "-1", "@SUM(A1)", "\tx", " =HYPERLINK(1)"])
def test_no_name_becomes_a_formula(case: Case, predictor: Predictor, name: str) -> None:
    hostile = Case(replace(case.scan, name=name), case.prediction)
    (row,) = rows(table.write([hostile], predictor.labels))
    assert row["file"] == "'" + name


def test_accents_survive(case: Case, predictor: Predictor) -> None:
    named = Case(replace(case.scan, name="Niere-ä-腎.png"), case.prediction)
    text = table.write([named], predictor.labels)
    assert text.startswith("\ufeff"), "without it, spreadsheets take the text for Latin-1"
    assert rows(text)[0]["file"] == "Niere-ä-腎.png"
