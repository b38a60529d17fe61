"""Many files: order, laziness, and what one bad file costs."""

import io
import zipfile
from collections.abc import Iterator

import pytest

from core.config.settings import Limits
from core.imaging.intake import Refused
from core.inference.batch import Case, review
from core.inference.predictor import Predictor
from tests.support.scans import body, png


def test_a_bad_file_costs_only_itself(predictor: Predictor) -> None:
    files = [("a.png", png(body(seed=1))), ("b.jpg", b"no picture"), ("c.png", png(body(seed=2)))]
    first, refused, last = review(files, predictor, Limits())
    assert isinstance(first, Case)
    assert isinstance(last, Case)
    assert isinstance(refused, Refused)
    assert "b.jpg" in refused.sentence
    assert (first.scan.name, last.scan.name) == ("a.png", "c.png")


def test_a_zip_gives_a_case_per_slice(predictor: Predictor) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for seed in range(3):
            archive.writestr(f"slice-{seed}.png", png(body(seed=seed)))
        archive.writestr("readme.png", b"")
    items = list(review([("series.zip", out.getvalue())], predictor, Limits()))
    assert [type(item) for item in items] == [Case, Case, Case, Refused]


def test_files_are_read_only_when_it_is_their_turn(predictor: Predictor) -> None:
    read = []

    def files() -> Iterator[tuple[str, bytes]]:
        for seed in range(3):
            read.append(seed)
            yield f"{seed}.png", png(body(seed=seed))

    items = review(files(), predictor, Limits())
    assert read == []
    next(items)
    assert read == [0]


def test_the_answer_is_the_predictors_own(predictor: Predictor) -> None:
    (case,) = review([("a.png", png(body()))], predictor, Limits())
    assert isinstance(case, Case)
    assert case.prediction.probabilities == predictor.predict(case.scan).probabilities
    times = case.prediction.milliseconds
    assert times["total"] == pytest.approx(sum(v for step, v in times.items() if step != "total"))
    assert times["decode"] > 0


def test_no_files_no_cases(predictor: Predictor) -> None:
    assert list(review([], predictor, Limits())) == []
