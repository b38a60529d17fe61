"""Measuring on a real bundle: a slice whose lesion is where the map looks, and one where it isn't."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.explain.asking import explain
from core.explain.localisation import baselines, drawn, measure, outside
from core.explain.localisation.ground import Ready, ready
from core.explain.localisation.intervals import Interval
from core.explain.localisation.marked import Marked
from core.explain.localisation.outside import LIMIT, Labelled, Outside
from core.explain.localisation.values import Ahead
from core.explain.network import LiteRtNetwork
from core.explain.values import Ask, Cancelled, Target
from core.models.bundle import Bundle, load
from tests.support.scans import body, grey


@pytest.fixture(scope="module")
def bundle(tiny: Path) -> Bundle:
    return load(tiny)


@pytest.fixture(scope="module")
def network(bundle: Bundle) -> LiteRtNetwork:
    return LiteRtNetwork(bundle, 1)


def whole(seed: int, label: str = "Stone", source: str = "here") -> Marked:
    scan = grey(body(128, seed), f"{seed}.png")
    return Marked(scan, np.ones((128, 128), bool), label, source, str(seed))


@pytest.fixture(scope="module")
def places(bundle: Bundle, network: LiteRtNetwork) -> list[tuple[Ready, np.ndarray]]:
    """Slices, and the hottest pixels of each one's map: at an edge several are equally hot."""
    found = []
    for seed in range(4):
        one = ready(whole(seed), bundle.card.preprocess)
        made = explain(
            network, one.square, one.placement, Ask("closed-form", Target("Stone")), lambda _: None
        )
        heat = made.heatmap().values
        found.append((one, heat == heat.max()))
    return found


def at(one: Ready, mask: np.ndarray, bundle: Bundle, source: str) -> Ready:
    return ready(replace(one.marked, mask=mask, source=source), bundle.card.preprocess)


def test_a_lesion_at_the_peak_is_hit_and_one_far_from_it_is_missed(
    bundle: Bundle, network: LiteRtNetwork, places: list[tuple[Ready, np.ndarray]]
) -> None:
    near = [at(one, place, bundle, "near") for one, place in places]
    far = [at(one, np.roll(place, (64, 64), (0, 1)), bundle, "far") for one, place in places]
    told: list[float] = []
    hit, missed = measure.of_method(network, [*near, *far], "closed-form", told.append)
    assert (hit.source, hit.pointing.value, missed.source, missed.pointing.value) == ("near", 1.0, "far", 0.0)
    assert hit.energy.value > missed.energy.value
    assert hit.slices == hit.groups == 4 and hit.flat == 0 and hit.milliseconds > 0
    assert hit.ahead_pointing and hit.ahead_pointing.verdict == "above"
    assert hit.ahead_pointing.difference.value > 0.5
    assert missed.pointing.high and missed.pointing.high > 0.4, "four misses say little"
    assert told == sorted(told) and told[-1] == 1.0


def test_a_lesion_that_fills_the_slice_takes_all_heat(bundle: Bundle, network: LiteRtNetwork) -> None:
    several = [ready(whole(seed), bundle.card.preprocess) for seed in range(2)]
    (row,) = measure.of_method(network, several, "closed-form", lambda _: None)
    assert row.pointing.value == 1.0 and row.energy.value == pytest.approx(1.0)
    assert row.ahead_energy and row.ahead_energy.verdict == "level", "every map does that"
    assert {one.method for one in measure.of_baselines(several)} == set(baselines.TITLES)
    assert all(one.energy.value == pytest.approx(1.0) for one in measure.of_baselines(several))


def test_flat_maps_are_counted_as_misses(bundle: Bundle, network: LiteRtNetwork) -> None:
    black = Marked(grey(np.zeros((96, 96))), np.ones((96, 96), bool), "Stone", "black", "one")
    one = ready(black, bundle.card.preprocess)
    made = explain(network, one.square, one.placement, Ask("closed-form", Target("Stone")), lambda _: None)
    flat = replace(made, raw=np.zeros_like(made.raw))
    assert one.scores(flat)[:2] == (0.0, 0.0) and np.isnan(one.scores(flat)[2])


def test_everything_at_once_names_methods_then_baselines(bundle: Bundle) -> None:
    told: list[float] = []
    rows = measure.measure(bundle, [whole(0), whole(1, "Cyst", "there")], ["closed-form"], told.append, 1)
    assert [(row.method, row.source) for row in rows[:2]] == [
        ("closed-form", "here"),
        ("closed-form", "there"),
    ]
    assert {row.method for row in rows[2:]} == set(baselines.TITLES)
    assert rows[1].label == "Cyst" and told[-1] == 1.0


def test_what_the_model_answers_is_told_beside(bundle: Bundle, network: LiteRtNetwork) -> None:
    several = [ready(whole(seed), bundle.card.preprocess) for seed in range(6)]
    answers = [bundle.card.labels[int(network.logits(one.square[None])[0].argmax())] for one in several]
    (source,) = measure.of_sources(bundle, several, 1)
    assert source.answered.value == pytest.approx(answers.count("Stone") / 6)
    assert source.area == 1.0


def test_who_stops_it_is_heard(bundle: Bundle) -> None:
    def stop(_: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        measure.measure(bundle, [whole(0)], ["closed-form"], stop, 1)


def test_there_is_no_such_method(bundle: Bundle) -> None:
    with pytest.raises(InputError, match='no method "tea-leaves"'):
        measure.measure(bundle, [whole(0)], ["tea-leaves"], lambda _: None, 1)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.1, 0.2, "above"),
        (-0.2, -0.1, "below"),
        (-0.1, 0.1, "level"),
        (0.0, 0.2, "level"),
        (None, None, "level"),
    ],
)
def test_a_verdict_needs_an_interval_without_doubt(
    low: float | None, high: float | None, verdict: str
) -> None:
    assert Ahead("body", Interval(0.05, low, high)).verdict == verdict


def test_heat_outside_the_body_is_counted_by_class(bundle: Bundle) -> None:
    several = [
        Labelled(grey(body(128, seed)), label, str(seed)) for label in ("Stone", "Cyst") for seed in range(3)
    ]
    rows = outside.outside(bundle, several, "closed-form", lambda _: None, 1)
    assert [row.label for row in rows] == ["Cyst", "Stone"], "the model's order, no class without slices"
    for row in rows:
        assert row.slices == row.groups == 3 and 0.1 < row.area < 0.4
        assert row.share is None or 0 <= row.share.value <= 1


@pytest.mark.parametrize(
    ("share", "flagged"),
    [(None, False), (0.0, False), (LIMIT, False), (LIMIT + 0.01, True), (1.0, True)],
)
def test_too_much_heat_outside_is_flagged(share: float | None, flagged: bool) -> None:
    found = None if share is None else Interval(share, share, share)
    assert Outside("closed-form", "Stone", 9, 3, 0, found, 0.3).flagged is flagged


def test_drawn_slices_are_the_same_every_time_and_show_their_lesion() -> None:
    one, other = drawn.slices(1, 128), drawn.slices(1, 128)
    assert [slice_.label for slice_ in one] == list(drawn.LESIONS)
    assert [x.scan.digest for x in one] == [y.scan.digest for y in other]
    assert all(slice_.mask.any() and slice_.scan.unit == "HU" for slice_ in one)
    assert len({slice_.group for slice_ in one}) == 3
