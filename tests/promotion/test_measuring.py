"""The gate lets a candidate pass that is as good, and none that is worse or of which that can't be told."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config.settings import MB, Settings
from core.data import manifest
from core.data.manifest import Row
from core.data.sources import CORRECTIONS
from core.inference.predictor import Predictor
from core.inference.standing import Standing
from core.models.bundle import KERAS, LITERT, Thresholds, load
from core.promotion import ground, latency, trying
from core.promotion.gate import Gate, parse
from core.promotion.measuring import measure
from tests.promotion.conftest import agreed, line
from tests.support import candidates

Against = Callable[..., Gate]


def test_the_same_weights_meet_every_line(against: Against) -> None:
    gate = against()
    assert gate.met and not gate.missed
    assert [one.name for one in gate.checks] == [
        "loads", "samples", "accuracy", "calibration", "answered", "guessing",
        "latency", "size", "parity", "leaks",
    ]  # fmt: skip
    assert (gate.dataset, gate.slices, gate.groups, gate.champion_name) == ("mine", 32, 8, "v3")
    assert line(gate, "accuracy").figure.startswith("1.000, +0.000")
    assert gate.candidate != gate.champion
    assert parse(gate.model_dump(mode="json")) == gate


def test_a_worse_one_is_refused_by_its_accuracy(against: Against, tiny: Path) -> None:
    gate = against(labels=candidates.turned(load(tiny)))
    accuracy = line(gate, "accuracy")
    assert accuracy.met is False and accuracy.figure.startswith("0.000, \N{MINUS SIGN}1.000")
    assert "more than chance" in accuracy.sentence
    assert not gate.met and "As accurate" in gate.missed


def test_a_better_one_passes_and_says_so(against: Against, tiny: Path) -> None:
    gate = against(champion={"labels": candidates.turned(load(tiny))})
    assert line(gate, "accuracy").met is True
    assert "better beyond chance" in line(gate, "accuracy").sentence


def test_probabilities_that_lie_are_refused_by_their_calibration(against: Against) -> None:
    gate = against(temperature=15.0)
    assert line(gate, "accuracy").met is True
    assert line(gate, "calibration").met is False and "As well calibrated" in gate.missed


def test_one_that_declines_nearly_everything_is_refused(against: Against) -> None:
    gate = against(thresholds=Thresholds(unsure=1.0, distance=1e6))
    assert line(gate, "accuracy").met is True
    answered = line(gate, "answered")
    assert answered.met is False and answered.figure.startswith("0.000")


def test_blocks_that_either_has_learnt_from_are_left_out_whole(against: Against, rows: list[Row]) -> None:
    gate = against(champion_seen=[rows[0].sha256], seen=[rows[5].sha256])
    # of b0 and b1 one slice each was learnt: the other three of each can't be asked about either
    assert (gate.slices, gate.groups) == (24, 6)


def test_nothing_new_to_both_can_not_be_measured_which_is_no_pass(against: Against, rows: list[Row]) -> None:
    gate = against(champion_seen=[row.sha256 for row in rows])
    for name in ("accuracy", "calibration", "answered", "guessing"):
        assert line(gate, name).met is None
        assert "learnt from every patient block of mine" in line(gate, name).sentence
    assert not gate.met and (gate.slices, gate.groups, gate.dataset) == (0, 0, "")
    assert gate.missed == ("As accurate", "As well calibrated", "Answers as often", "Better than guessing")
    assert line(gate, "latency").met is not None and line(gate, "leaks").met is True


def test_few_patient_blocks_can_not_be_measured_on(against: Against, rows: list[Row]) -> None:
    gate = against(seen=[row.sha256 for row in rows[: 4 * candidates.SLICES]])
    assert line(gate, "accuracy").met is None
    assert "Only 4 patient blocks of mine are new to both" in line(gate, "accuracy").sentence


def test_without_the_champions_set_the_candidates_own_is_used(against: Against) -> None:
    gate = against(champion={"data": {"name": "elsewhere"}})
    assert (gate.dataset, gate.slices) == ("mine", 32) and gate.met
    assert "the candidate's set, not that of what answers now" in line(gate, "accuracy").sentence


def test_what_knows_nothing_is_refused_though_what_answers_knows_no_more(
    against: Against, tiny: Path
) -> None:
    """Both are wrong about every slice: as accurate as each other, and of no use."""
    turned = candidates.turned(load(tiny))
    gate = against(champion={"labels": turned}, labels=turned)
    assert line(gate, "accuracy").met is True
    assert line(gate, "guessing").met is False and not gate.met


@pytest.mark.parametrize("name", ["elsewhere", "", "../mine", "a" * 300])
def test_no_set_at_all_is_said(against: Against, name: str) -> None:
    gate = against(champion={"data": {"name": name}}, data={"name": "gone"})
    assert line(gate, "accuracy").met is None
    assert "not on this machine" in line(gate, "accuracy").sentence


def test_other_classes_can_not_be_compared(against: Against) -> None:
    gate = against(labels=("Cyst", "Normal", "Stone", "Angiomyolipoma"))
    assert line(gate, "accuracy").met is None
    assert "Angiomyolipoma" in line(gate, "accuracy").sentence


def test_what_a_reader_corrected_is_no_test(here: Settings, against: Against, rows: list[Row]) -> None:
    folder = here.var / "data" / "mine"
    corrected = []
    for row in rows[:4]:
        path = row.path.replace("source", f"{CORRECTIONS}1")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / row.path, folder / path)
        corrected.append(Row(path, row.label, row.sha256, 128, 128, row.series, row.group, split=row.split))
    manifest.write(folder, [*corrected, *rows[4:]])
    assert against().slices == 28


def test_files_that_are_gone_are_passed_over(here: Settings, against: Against, rows: list[Row]) -> None:
    (here.var / "data" / "mine" / rows[0].path).unlink()
    (here.var / "data" / "mine" / rows[1].path).write_bytes(b"no picture")
    gate = against()
    assert (gate.slices, gate.groups) == (30, 8) and gate.met


def test_a_set_whose_files_are_all_gone_is_said(here: Settings, against: Against) -> None:
    shutil.rmtree(here.var / "data" / "mine" / "slices")
    gate = against()
    assert line(gate, "accuracy").met is None
    assert "can't be read" in line(gate, "accuracy").sentence


def test_of_many_slices_every_third_of_a_series_is_asked(here: Settings, tiny: Path, tmp_path: Path) -> None:
    rows = [
        Row(f"slices/s/Cyst/{at}.png", "Cyst", f"{at:064x}", 8, 8, f"s{at // 90}", f"b{at // 90}", split="0")
        for at in range(450)
    ]
    manifest.write(here.var / "data" / "mine", rows)
    bundle = load(candidates.variant(tiny, tmp_path / "one"))
    found = ground.find(bundle, bundle, here)
    assert (len(found.rows), found.blocks) == (150, 5)


@pytest.mark.parametrize(
    ("metrics", "met", "said"),
    [
        (candidates.GROUPED, True, "macro F1 0.700 (0.600 to 0.800)"),
        (
            {"random_test": {"macro_f1": {"value": 0.99, "low": 0.98, "high": 1.0}, "leaks": True}},
            False,
            "leaks",
        ),
        ({"grouped_test": {**candidates.GROUPED["grouped_test"], "leaks": True}}, False, "leaks"),
        ({}, False, "without figures"),
    ],
)
def test_only_figures_of_unseen_patients_count(
    metrics, met: bool, said: str, tiny: Path, tmp_path: Path
) -> None:
    check = trying.measured(load(candidates.variant(tiny, tmp_path / "one", metrics=metrics)))
    assert check.met is met
    assert said in f"{check.figure} {check.sentence}"


def test_a_large_bundle_is_refused(tiny: Path, tmp_path: Path) -> None:
    bundle = load(candidates.variant(tiny, tmp_path / "one"))
    assert trying.size(bundle).met is True
    with (bundle.path / KERAS).open("ab") as stream:
        stream.truncate(257 * MB)
    check = trying.size(bundle)
    assert check.met is False and check.figure.startswith("257.") and "256 MB" in check.limit


@pytest.mark.parametrize(
    ("mine", "theirs", "met"),
    [
        (10.0, 5.0, True),
        (24.9, 2.0, True),  # nobody notices
        (40.0, 19.0, False),  # more than twice as long
        (40.0, 21.0, True),
        (240.0, 200.0, True),
        (260.0, 200.0, False),  # a person waits
    ],
)
def test_slow_is_told_by_the_champion_and_by_a_persons_patience(
    mine: float, theirs: float, met: bool
) -> None:
    assert latency.judged(mine, theirs, "").met is met


def test_without_samples_nothing_passes(here: Settings, against: Against, tmp_path: Path) -> None:
    empty = here.model_copy(update={"assets": tmp_path / "nothing"})
    assert trying.scans(empty) == []
    assert latency.check(None, None, [], lambda what, share: None).met is None  # type: ignore[arg-type]


def test_masks_are_no_samples() -> None:
    assert len(trying.scans(Settings())) == 12


def test_a_damaged_candidate_is_one_line_and_nothing_is_asked_of_it(
    here: Settings, tiny: Path, tmp_path: Path
) -> None:
    champion = Predictor(load(candidates.variant(tiny, tmp_path / "now")), 1, 1)
    other = candidates.variant(tiny, tmp_path / "other")
    (other / LITERT).write_bytes(b"x")
    gate = measure(other, Standing(champion, "champion", "1"), here, agreed, lambda what, share: None)
    assert [one.name for one in gate.checks] == ["loads"]
    assert gate.checks[0].met is False and "damaged" in gate.checks[0].sentence and not gate.met


def test_progress_goes_one_way(against: Against) -> None:
    told: list[tuple[str, float]] = []
    against(told=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares) and shares[0] >= 0.0 and shares[-1] < 1.0
    assert any("slice 16 of 32" in what for what, _ in told)
