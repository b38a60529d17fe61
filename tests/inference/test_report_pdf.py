"""Cases as a PDF, opened again by another library than the one that wrote it."""

from dataclasses import replace

import numpy as np
import pypdfium2
import pytest

from core.config.settings import Limits
from core.domain import Reason
from core.inference import report_pdf
from core.inference.batch import Case, review
from core.inference.predictor import Predictor
from core.inference.words import percent
from tests.support.scans import body, png


@pytest.fixture(scope="module")
def case(predictor: Predictor) -> Case:
    (found,) = review([("slice 1.png", png(body()))], predictor, Limits())
    assert isinstance(found, Case)
    return found


def declined(case: Case) -> Case:
    reasons = (Reason("unsure", "The model is unsure."),)
    return Case(case.scan, replace(case.prediction, label=None, reasons=reasons))


def pages(data: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


def drawn(data: bytes) -> np.ndarray:
    return np.asarray(pypdfium2.PdfDocument(data)[0].render(scale=1).to_pil().convert("RGB"))


def test_a_page_says_what_the_answer_was_and_whose(case: Case) -> None:
    (text,) = pages(report_pdf.write([case]))
    label, chance = case.prediction.top
    assert label.upper() in text
    assert percent(chance) in text
    for name in case.prediction.labels:
        assert name in text
    assert "slice 1.png" in text
    assert case.prediction.model.digest[:12] in text
    assert "not a medical device" in text.lower()


def test_a_page_a_case(case: Case) -> None:
    texts = pages(report_pdf.write([case, declined(case), case]))
    assert len(texts) == 3
    assert "2 / 3" in texts[1]


def test_slice_and_overlay_are_on_it(case: Case) -> None:
    picture = drawn(report_pdf.write([case], opacity=1.0))
    left, right = picture[170:380, 60:280], picture[170:380, 320:540]
    assert left.std() > 20, "the slice has contrast"
    colourful = np.ptp(right.astype(int), axis=2).max()
    assert np.ptp(left.astype(int), axis=2).max() < 20
    assert colourful > 60, "the overlay has colour"


def test_a_declined_case_is_grey_and_says_why(case: Case) -> None:
    data = report_pdf.write([declined(case)])
    (text,) = pages(data)
    assert "DECLINED" in text
    assert "The model is unsure." in text
    bars = drawn(data)[390:520, 160:500].astype(int)
    assert np.ptp(bars, axis=2).max() < 40, "no class colour"


def test_the_same_cases_give_the_same_bytes(case: Case) -> None:
    assert report_pdf.write([case]) == report_pdf.write([case])


def test_the_metadata_names_no_file(case: Case) -> None:
    named = Case(replace(case.scan, name="Doe^John.png"), case.prediction)
    data = report_pdf.write([named])
    assert "Doe" not in str(pypdfium2.PdfDocument(data).get_metadata_dict())


@pytest.mark.parametrize("name", ["x" * 5000, "腎臓/слой-ä.png", "a\nb\tc\x00.png", "", "<b>&amp;</b>.png"])
def test_any_name_fits_on_the_page(case: Case, name: str) -> None:
    (text,) = pages(report_pdf.write([Case(replace(case.scan, name=name), case.prediction)]))
    assert case.prediction.top[0].upper() in text
    assert len(text) < 3000
    if "ä" in name:
        assert "ä" in text


def test_many_warnings_leave_the_disclaimer_alone(case: Case) -> None:
    many = tuple(Reason("w", f"Warning {n}: " + "something to be careful about, " * 6) for n in range(60))
    (text,) = pages(report_pdf.write([Case(case.scan, replace(case.prediction, warnings=many))]))
    assert "Warning 0" in text
    assert "medical device" in text


@pytest.mark.parametrize("shape", [(40, 400), (400, 40), (1, 1)])
def test_any_shape_can_be_reported(predictor: Predictor, shape: tuple[int, int]) -> None:
    picture = np.full(shape, 120, np.uint8)
    (found,) = review([("odd.png", png(picture))], predictor, Limits())
    assert isinstance(found, Case)
    assert len(pages(report_pdf.write([found]))) == 1


def test_no_cases_no_report() -> None:
    with pytest.raises(ValueError, match="cases"):
        report_pdf.write([])
