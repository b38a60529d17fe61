"""The worker for data sets, as the page starts it: a real process from pictures to a measured set."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from core.config.params import Split
from core.config.settings import Settings
from core.data import edits, leakage, manifest, sets, split, worker
from core.data.ingest import ingest
from core.data.validation import report
from core.data.worker import _ingesting
from core.jobs import records, runner
from core.jobs.job import Job


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Settings]:
    settings = Settings(var=tmp_path / "var")
    yield settings
    for job in records.listing(settings):
        runner.cancel(job.id, settings, grace=0.0)


def pictures(folder: Path, count: int = 12, seed: int = 0) -> Path:
    """Two classes in series of two slices, numbered as public sets are."""
    for label in ("Cyst", "Normal"):
        (folder / label).mkdir(parents=True)
        for number in range(count):
            rng = np.random.default_rng([seed, number // 2, sum(label.encode())])
            picture = cv2.resize(rng.integers(0, 255, (8, 8), np.uint8), (96, 80))
            cv2.imwrite(str(folder / label / f"{label}- ({number + 1}).png"), picture)
    return folder


def done(here: Settings, **request: Any) -> Job:
    """A job, when it has ended; its progress must not have gone back."""
    job = runner.start("core.data.worker", request, here)
    last, end = 0.0, time.monotonic() + 60
    while not (now := records.read(job.id, here)).finished:
        assert now.share >= last
        assert time.monotonic() < end, now
        last = now.share
        time.sleep(0.02)
    return now


def test_from_pictures_to_a_measured_set_and_again_after_an_edit(here: Settings, tmp_path: Path) -> None:
    raw = pictures(tmp_path / "a b ü" / "set")
    job = done(
        here, do="ingest", sources=[str(raw)], name="mine", classes={"Cyst": "Cyst", "Normal": "Healthy"}
    )
    assert job.state == "succeeded", records.log(job.id, here)
    folder = sets.folder("mine", here)
    rows = manifest.read(folder)
    assert {row.label for row in rows} == {"Cyst", "Healthy"}
    found, leaks = report.read(folder), leakage.read(folder)
    assert found
    assert leaks
    assert job.result == {
        "name": "mine", "slices": 24, "usable": found.usable, "verdict": found.verdict,
        "leaks": leaks.sentence, "manifest": manifest.digest(rows),
    }  # fmt: skip
    phases = [event["phase"] for event in records.events(job.id, here) if "phase" in event]
    assert phases[-3:] == ["validating", "splitting", "measuring leaks"]
    assert phases.index("reading slices") < phases.index("grouping") < phases.index("validating")

    edits.exclude(folder, rows[0].path)
    again = done(here, do="measure", name="mine")
    assert again.state == "succeeded", records.log(again.id, here)
    assert (again.result["slices"], len(manifest.read(folder))) == (23, 23)
    assert rows[0].path not in {row.path for row in manifest.read(folder)}
    old = {row.path: row.split for row in rows}
    assert all(old[row.path] == row.split for row in manifest.read(folder))


def test_measuring_keeps_the_split_that_a_person_chose(here: Settings, tmp_path: Path) -> None:
    parts = {"strategy": "grouped", "parts": [0.5, 0.25, 0.25], "seed": 3}
    job = done(here, do="ingest", sources=[str(pictures(tmp_path / "set"))], name="mine", split=parts)
    assert job.state == "succeeded", records.log(job.id, here)
    folder = sets.folder("mine", here)
    assert {row.split for row in manifest.read(folder)} == {"train", "val", "test"}
    before = job.result["manifest"]
    assert done(here, do="measure", name="mine").result["manifest"] == before
    (folder / "split.json").write_text("[")
    folds = done(here, do="measure", name="mine", split={"folds": 3})
    assert {row.split for row in manifest.read(folder)} == {"0", "1", "2"}
    assert folds.state == "succeeded"


def test_what_can_not_be_done_is_a_sentence_and_no_set(here: Settings, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for request, reason in [
        ({"do": "ingest", "name": "x"}, "There is nothing to ingest."),
        ({"do": "ingest", "name": "x", "sources": [str(tmp_path / "none.zip")]}, "There is no folder or zip"),
        ({"do": "ingest", "name": "x", "sources": [str(empty)]}, ""),
        ({"do": "ingest", "name": "../x", "sources": [str(empty)]}, "can't be a data set's name"),
        ({"do": "measure", "name": "nobody"}, "There is no data set nobody."),
    ]:
        job = done(here, **request)
        assert job.state == "failed"
        assert reason in job.reason
        assert "Something unexpected" not in job.reason
        assert sets.names(here) == []


@pytest.mark.parametrize(
    "request_",
    [
        {}, {"do": "ingest"}, {"do": "burn", "name": "x"}, {"do": "measure", "name": 3}, {"name": "x"},
        {"do": "measure", "name": "x", "colour": "blue"},
        {"do": "ingest", "name": "x", "sources": "one"},
        {"do": "measure", "name": "x", "split": {"folds": 1}},
    ],
)  # fmt: skip
def test_a_request_that_means_nothing_is_refused_with_all_that_is_wrong(request_: dict[str, Any]) -> None:
    with pytest.raises(worker.InputError, match="This can't be done with a data set: ") as refused:
        worker._request(request_)
    assert len(str(refused.value)) < 500


def test_a_kill_in_the_middle_lists_no_set_and_the_next_try_is_whole(here: Settings, tmp_path: Path) -> None:
    raw = pictures(tmp_path / "set", 400)
    request = {"do": "ingest", "sources": [str(raw)], "name": "mine"}
    job = runner.start("core.data.worker", request, here)
    end = time.monotonic() + 30
    while not (now := records.read(job.id, here)).phase and not now.finished:
        assert time.monotonic() < end
        time.sleep(0.005)
    os.kill(job.pid or 0, signal.SIGKILL)
    while not (now := records.read(job.id, here)).finished:
        assert time.monotonic() < end
    assert now.state == "failed"
    assert "was killed" in now.reason
    assert sets.names(here) == []
    assert done(here, **request).state == "succeeded"
    assert sets.names(here) == ["mine"]


def test_one_progress_over_steps_that_each_count_anew() -> None:
    told: list[tuple[str, float]] = []
    progress = _ingesting(lambda what, share: told.append((what, share)), ("/", "/"))
    for what in ("unpacking a", "unpacking b"):
        for share in (0.0, 0.5, 1.0):
            progress(what, share)
    progress("reading slices", 0.0)
    progress("reading slices", 1.0)
    progress("grouping", 1.0)
    # unpacking is 0.13 of ingest, half of it each source's; reading slices ends at 0.13 + 0.42
    assert [round(share, 4) for _, share in told] == [
        0.0,
        0.0325,
        0.065,
        0.065,
        0.0975,
        0.13,
        0.13,
        0.55,
        1.0,
    ]


def test_drawing_is_most_of_an_ingest() -> None:
    told: list[float] = []
    progress = _ingesting(lambda what, share: told.append(share), ("synthetic",))
    progress("drawing slices", 0.5)
    progress("drawing slices", 1.0)
    assert told == pytest.approx([0.475, 0.95])


def test_fetching_has_its_part_only_where_something_is_fetched() -> None:
    told: list[float] = []
    progress = _ingesting(lambda what, share: told.append(share), ("https://example.org/set.zip",))
    progress("downloading: 3.0 MB of 6.0 MB, 2 s left", 0.5)
    progress("unpacking set.zip", 0.0)
    assert told == pytest.approx([0.2, 0.4])


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"folds": 0}', "null", json.dumps({"strategy": "none"})])
def test_a_damaged_note_of_the_split_means_the_usual_one(tmp_path: Path, kept: str) -> None:
    (tmp_path / "split.json").write_text(kept)
    assert split.as_before(tmp_path).strategy == "grouped"


def test_what_is_added_keeps_the_split_that_a_person_chose(here: Settings, tmp_path: Path) -> None:
    folder = ingest(pictures(tmp_path / "one"), "mine", here, dealt=Split(folds=3, seed=4))
    before = {row.path: row.split for row in manifest.read(folder)}
    job = done(here, do="ingest", sources=[str(pictures(tmp_path / "two", 6, seed=1))], name="mine", add=True)
    assert job.state == "succeeded", records.log(job.id, here)
    after = {row.path: row.split for row in manifest.read(folder)}
    assert len(after) == len(before) + 12
    assert {path: after[path] for path in before} == before
