"""What a session keeps, and how a batch is worked off: nothing lost, nothing kept twice."""

import io
import zipfile
from types import MappingProxyType

import numpy as np
import pytest

from app import selection
from app.intake import Intake
from app.session import KEEP_BYTES, Session
from core.config.settings import Limits
from core.domain import ModelRef, Placement, Prediction, Reason, Scan
from core.imaging.intake import Refused
from core.inference.batch import Case
from core.inference.predictor import Predictor
from tests.app.conftest import png

LABELS = ("Cyst", "Normal", "Stone", "Tumor")


def case(name: str, shares: tuple[float, ...] = (0.1, 0.2, 0.6, 0.1), declined: bool = False) -> Case:
    scan = Scan(np.zeros((4, 4), np.uint8), "grey", name, f"digest of {name}", "PNG")
    label = None if declined else LABELS[int(np.argmax(shares))]
    reasons = (Reason("unsure", "The model is unsure."),) if declined else ()
    maps, place = np.zeros((4, 2, 2), np.float32), Placement(0, 0, 4, 4, 4)
    model = ModelRef("tiny", "1", "0" * 64)
    times = MappingProxyType({"total": 1.0})
    return Case(scan, Prediction(LABELS, shares, label, reasons, (), maps, place, "features", model, times))


def test_a_slice_is_kept_once_and_a_refusal_always() -> None:
    session = Session()
    for result in (case("a"), case("a"), Refused("b", "empty", "b is empty."), case("c")):
        session.add(result)
    assert [one.scan.name for one in session.cases] == ["a", "c"]
    assert session.held == 2 * 16
    assert len(session.refused) == 1


def test_a_session_is_full_at_its_cap() -> None:
    session = Session()
    assert not session.full
    session.held = KEEP_BYTES
    assert session.full


def test_steps_end_at_the_ends() -> None:
    session = Session()
    session.chosen = "b"
    session.step(["a", "b", "c"], 1)
    session.step(["a", "b", "c"], 1)
    assert session.chosen == "c"
    session.step(["a", "b", "c"], -5)
    assert session.chosen == "a"


def test_the_slice_that_the_address_asks_for_is_waited_for() -> None:
    session = Session(asked=2)
    cases = [case(name) for name in "abc"]
    session.intake = object()  # type: ignore[assignment]
    assert session.index(cases) == 0 and session.chosen is None
    session.intake = None
    assert session.index(cases) == 2 and session.chosen == "digest of c"
    assert session.index(cases[:2]) == 0


def test_orders_and_filters() -> None:
    cases = [
        case("s10", (0.9, 0.05, 0.03, 0.02)),
        case("s2", (0.1, 0.2, 0.6, 0.1)),
        case("s1", (0.3, 0.3, 0.2, 0.2), declined=True),
    ]
    names = {
        order: [one.scan.name for one in selection.shown(cases, order_by=order)] for order in selection.ORDERS
    }
    assert names == {
        "Series order": ["s1", "s2", "s10"],
        "Most probable first": ["s10", "s2", "s1"],
        "Least sure first": ["s1", "s2", "s10"],
        "Class": ["s10", "s2", "s1"],
    }
    assert [one.scan.name for one in selection.shown(cases, "Stone")] == ["s2"]
    assert [one.scan.name for one in selection.shown(cases, selection.DECLINED)] == ["s1"]
    assert [one.scan.name for one in selection.shown(cases, text="S1")] == ["s1", "s10"]
    assert selection.counts(cases, LABELS) == {"All": 3, "Cyst": 1, "Stone": 1, "Declined": 1}


@pytest.fixture
def batch(predictor: Predictor) -> Intake:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(4):
            archive.writestr(f"s{number}.png", png(number))
    files = [("a.png", png(9)), ("words.txt", b"words"), ("s.zip", packed.getvalue())]
    return Intake(files, predictor, Limits())


def test_a_batch_knows_the_files_inside_its_zips(batch: Intake) -> None:
    assert batch.files == 6
    assert batch.done == 0 and batch.seconds_left is None


def test_turns_lose_nothing_between_them(batch: Intake) -> None:
    results, turns = [], 0
    while not batch.finished:
        results.extend(batch.turn(1e-6))  # one result a turn
        turns += 1
        assert batch.done <= batch.files
    assert turns == 7  # six results, and one to learn that there is no more
    assert [type(one).__name__ for one in results] == ["Case", "Refused", *["Case"] * 4]
    assert batch.done == 6


def test_a_stop_says_what_is_kept_and_what_was_not_opened(batch: Intake) -> None:
    session = Session()
    session.start(batch)
    for _ in range(3):
        for result in batch.turn(1e-6):
            session.add(result)
    session.end("Stopped.")
    assert session.notice == "Stopped. 2 slices kept; 3 files not opened."
    assert session.intake is None and len(session.cases) == 2 and len(session.refused) == 1
