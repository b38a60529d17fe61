import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.comparison import bundles, disagreement, heatmaps
from core.comparison.loading import Details
from core.config.settings import Settings
from core.data import manifest
from core.data.manifest import Row
from core.errors import InputError, StudioError
from core.models.bundle import load, write_card
from tests.comparison.conftest import GOOD, POOR, TRUTH, answered, details
from tests.support.scans import png
from tests.support.sets import picture

SLICES = [png(picture(at)) for at in range(8)]
JOB = "20260101-000000-000000-abcd"


def test_the_surest_disagreement_comes_first() -> None:
    found = disagreement.between(details(answered(GOOD)), details(answered(POOR), number=2))
    assert (found.slices, found.first_right, found.second_right, found.words) == (8, 4, 0, "")
    assert [int(row.slice, 16) for row in found.rows] == [5, 1, 3, 7]
    # 0.1 against 0.9 of a cyst: each puts 0.8 more on its own answer
    assert [row.surety for row in found.rows] == pytest.approx([0.8, 0.4, 0.2, 0.2])
    first = found.rows[0]
    assert (first.group, first.truth, first.first, first.second, first.winner) == (
        "r",
        "Stone",
        "Stone",
        "Cyst",
        0,
    )
    assert first.first_probabilities == pytest.approx((0.1, 0.9))
    assert first.second_probabilities == pytest.approx((0.9, 0.1))


def test_classes_may_be_in_another_order_and_truth_may_be_neither() -> None:
    flipped = answered([1 - one for one in POOR], ("Stone", "Cyst"), [1 - one for one in TRUTH])
    found = disagreement.between(details(answered(GOOD)), details(flipped, number=2))
    assert len(found.rows) == 4 and found.labels == ("Cyst", "Stone") and found.first_right == 4


def test_several_dealings_count_as_their_mean() -> None:
    torn = answered((*GOOD[:1], *GOOD[1:], 0.4, *GOOD[1:]), dealing=[0] * 8 + [1] * 8)
    other = answered((0.2, *GOOD[1:]))
    (row,) = disagreement.between(details(torn, "grouped_cv"), details(other, number=2)).rows
    assert row.first_probabilities[0] == pytest.approx(0.65) and row.first == "Cyst"


def test_only_slices_that_both_answered_are_compared() -> None:
    found = disagreement.between(details(answered(GOOD)), details(answered(POOR, first=6), number=2))
    assert found.slices == 2


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (details(), "logged no answers"),
        (details(answered(first=100)), "no slice in common"),
        (details(answered(labels=("Cyst", "Tumor"))), "other classes"),
        (details(answered(), "random_test"), "never saw"),
    ],
)
def test_why_there_is_nothing_to_compare(other: Details, words: str) -> None:
    found = disagreement.between(details(answered(), number=9), other)
    assert not found.rows and words in found.words


def test_answers_of_folds_are_not_taken_for_the_kept_models() -> None:
    one, other = details(answered(), "grouped_cv", "folded"), details(answered(POOR), number=2)
    assert "folded" in disagreement.between(one, other).caution
    assert disagreement.between(other, other).caution == ""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> Settings:
    """A machine with a data set "small" of eight slices, and a job's bundle."""
    here = Settings(var=tmp_path_factory.mktemp("heat") / "var")
    data = here.var / "data" / "small"
    (data / "images").mkdir(parents=True)
    rows = []
    for at, group in enumerate("ppqqrrss"):
        path = f"images/{at}.png"
        (data / path).write_bytes(SLICES[at])
        label = ("Cyst", "Stone")[TRUTH[at]]
        rows.append(Row(path, label, sha(at), 128, 128, "s", group, "axial", "", "0"))
    manifest.write(data, rows)
    target = here.var / "models" / f"small-{JOB}"
    shutil.copytree(tiny, target)
    card = load(target).card
    write_card(target, card.model_copy(update={"data": {"held_out": ["p"], "params": {}}}))
    return here


def asked(place: Settings, split: str = "grouped_test", **tags: str) -> Details:
    digest = load(place.var / "models" / f"small-{JOB}").digest
    told = {"studio.job": JOB, "studio.dataset": "small", "studio.bundle": digest, **tags}
    one = replace(answered(), slices=np.array([sha(at) for at in range(8)]))
    return details(one, split, tags=told)


def sha(at: int) -> str:
    return hashlib.sha256(SLICES[at]).hexdigest()


def test_both_models_show_where_they_look(place: Settings) -> None:
    found = heatmaps.both(sha(0), asked(place), asked(place), place)
    assert found.first is not None and found.second is not None and not found.troubles
    assert found.first.heatmap.values.shape == (found.scan.height, found.scan.width) == (128, 128)
    assert found.first.label == found.first.prediction.top[0] == found.first.heatmap.label
    np.testing.assert_array_equal(found.first.heatmap.values, found.second.heatmap.values)
    assert found.first.caution == ""


def test_what_a_heatmap_has_to_do_with_the_answer_is_said(place: Settings) -> None:
    learnt = heatmaps.both(sha(7), asked(place), asked(place, "grouped_cv"), place)
    assert learnt.first is not None and "has learnt from this patient" in learnt.first.caution
    folded = heatmaps.both(sha(0), asked(place, "grouped_cv"), asked(place), place).first
    assert folded is not None and "a fold's model" in folded.caution


def test_a_model_that_is_not_there_leaves_the_other_one(place: Settings) -> None:
    found = heatmaps.both(sha(1), asked(place, **{"studio.bundle": ""}), asked(place), place)
    assert found.first is None and found.second is not None
    assert found.troubles == ("run: run made no model that can be asked.",)


def test_a_slice_that_is_not_here_is_said(place: Settings) -> None:
    with pytest.raises(InputError, match="isn't on this machine"):
        heatmaps.both("f" * 64, asked(place), asked(place), place)
    elsewhere = details(answered(), tags={"studio.dataset": "../../etc"})
    assert disagreement.paths(elsewhere, elsewhere, place) == {}
    images = place.var / "data" / "small" / "images"
    (images / "3.png").unlink()
    (images / "4.png").write_bytes(SLICES[5])
    for at in (3, 4):
        with pytest.raises(InputError, match="or was changed"):
            heatmaps.both(sha(at), asked(place), asked(place), place)


@pytest.mark.parametrize("digest", ["", "../../x", "zz", "A" * 64])
def test_a_digest_that_is_none_is_no_model(place: Settings, digest: str) -> None:
    with pytest.raises(InputError, match="made no model"):
        bundles.folder(asked(place, **{"studio.bundle": digest}).run, place)


def test_a_bundle_that_is_nowhere_is_said(place: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(StudioError):
        bundles.folder(asked(place, **{"studio.bundle": "0" * 64}).run, place)


def test_a_bundle_changed_since_is_not_the_runs(place: Settings) -> None:
    folder = place.var / "models" / f"small-{JOB}"
    one = asked(place)
    assert bundles.folder(one.run, place) == folder
    card = folder / "bundle.json"
    kept = card.read_text()
    card.write_text(json.dumps({**json.loads(kept), "version": "other"}))
    try:
        with pytest.raises(StudioError):
            bundles.folder(one.run, place)
    finally:
        card.write_text(kept)
