"""kill -9 and two at once, with real processes."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config.params import Split
from core.config.settings import ROOT, Settings
from core.data import catalog, edits, manifest, sets, split
from core.data.ingest import ingest
from core.errors import DataError
from tests.support.corrections import correction, zipped
from tests.support.pictures import contents, members, packed, picture, two_classes, whole


class Forks:
    """Talks to `tests.support.killed`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.killed"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def do(self, what: str, here: Settings, at: int | None = None, **task: Any) -> tuple[int, list[str]]:
        """How a task ended, and what it was about to change on the disk, in order."""
        assert self._process.stdin
        assert self._process.stdout
        said = {"do": what, "var": str(here.var), "name": "mine", "at": at, **task}
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()
        lines: list[str] = []
        for line in self._process.stdout:
            if line.startswith("ended "):
                return int(line.split()[1]), lines
            lines.append(line.rstrip("\n"))
        raise AssertionError("the forking process is gone")

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    made = Forks()
    yield made
    made.close()


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


def moments(count: int, most: int) -> list[int]:
    """At most so many, first and last among them."""
    return sorted({round(at * (count - 1) / (most - 1)) for at in range(most)})


def leftovers(here: Settings) -> list[str]:
    """Hidden things that no run is using; locks stay."""
    return [
        path.name
        for path in (here.var / "data").rglob(".*")
        if not (path.name.endswith(".lock") and path.parent == here.var / "data")
    ]


def swept(here: Settings) -> None:
    """Without what killed runs left, whose removal would be among the changes of the next."""
    with sets.workplace("mine", here):
        pass


def test_a_new_set_is_listed_whole_or_not_at_all(forks: Forks, here: Settings, tmp_path: Path) -> None:
    source = str(packed(tmp_path / "some.zip", members(two_classes(tmp_path / "raw"))))
    ended, changes = forks.do("ingest", here, source=source)
    assert ended == 0
    expected = contents(sets.folder("mine", here))
    sets.remove("mine", here)
    # the first makes var itself, which is there now
    seen = set()
    for at in moments(len(changes) - 2, 40):
        swept(here)
        ended, _ = forks.do("ingest", here, at, source=source)
        assert ended == -signal.SIGKILL
        seen.add(tuple(whole(here)))
        if at % 2 or sets.names(here):
            assert forks.do("ingest", here, source=source)[0] == 0
            assert whole(here) == ["mine"]
            assert contents(sets.folder("mine", here)) == expected
            if ("mine",) not in seen:
                assert leftovers(here) == []
            sets.remove("mine", here)
            assert leftovers(here) == []
    assert () in seen


def test_what_adding_to_is_killed_stays_as_it_was(forks: Forks, here: Settings, tmp_path: Path) -> None:
    folder = ingest(two_classes(tmp_path / "one"), "mine", here)
    edits.exclude(folder, manifest.read(folder)[0].path)
    split.split(folder, Split())
    before = contents(folder)
    more = str(packed(tmp_path / "two.zip", members(two_classes(tmp_path / "two", seed=1))))
    copy = Settings(var=tmp_path / "copy")
    ingest(tmp_path / "one", "mine", copy)
    _, changes = forks.do("ingest", copy, source=more, add=True)
    put = next(number for number, one in enumerate(changes) if one == "call renameat2")
    for at in [*moments(put + 1, 16), put - 1]:
        assert forks.do("ingest", here, at, source=more, add=True)[0] == -signal.SIGKILL
        assert contents(folder) == before
        swept(here)
    assert forks.do("ingest", here, put + 1, source=more, add=True)[0] == -signal.SIGKILL
    assert len(manifest.read(folder)) == 23
    ended, said = forks.do("ingest", here, source=more, add=True)
    assert (ended, said[-1]) == (
        1, f"said {more} is in this data set already. Add another source."
    )  # fmt: skip
    assert leftovers(here) == []


def test_a_set_on_a_base_is_whole_or_not_there_and_the_base_stays(
    forks: Forks, here: Settings, tmp_path: Path
) -> None:
    base = ingest(two_classes(tmp_path / "raw"), "base", here)
    before = contents(base)
    slices = [correction(picture(9, 9, 9), "Cyst"), correction(picture(0, 0, sum(b"Cyst")), "Normal")]
    task = {"source": str(zipped(tmp_path / "corrections.zip", *slices)), "base": "base"}
    ended, changes = forks.do("ingest", here, **task)
    assert ended == 0
    expected = contents(sets.folder("mine", here))
    assert manifest.digest(manifest.read(sets.folder("mine", here))) != manifest.digest(manifest.read(base))
    sets.remove("mine", here)
    for at in moments(len(changes) - 2, 12):
        swept(here)
        assert forks.do("ingest", here, at, **task)[0] == -signal.SIGKILL
        listed = whole(here)
        assert listed in (["base"], ["base", "mine"])
        assert contents(base) == before
        assert forks.do("ingest", here, **task)[0] == (0 if "mine" not in listed else 1)
        assert contents(sets.folder("mine", here)) == expected
        sets.remove("mine", here)
        assert leftovers(here) == []
    assert contents(base) == before


def test_a_killed_split_leaves_a_manifest_that_is_whole(forks: Forks, here: Settings, tmp_path: Path) -> None:
    folder = ingest(two_classes(tmp_path / "raw", 20), "mine", here)
    kept = {0: manifest.digest(manifest.read(folder))}
    _, changes = forks.do("split", here, seed=1)
    kept[1] = manifest.digest(manifest.read(folder))
    assert kept[0] != kept[1]
    for at in range(len(changes)):
        split.split(folder, Split(seed=0))
        assert forks.do("split", here, at, seed=1)[0] == -signal.SIGKILL
        assert manifest.digest(manifest.read(folder)) in kept.values()
        split.split(folder, Split(seed=1))
        assert manifest.digest(manifest.read(folder)) == kept[1]
        assert leftovers(here) == []


def test_a_killed_edit_is_made_or_not(forks: Forks, here: Settings, tmp_path: Path) -> None:
    folder = ingest(two_classes(tmp_path / "raw"), "mine", here)
    paths = [row.path for row in manifest.read(folder)]
    _, changes = forks.do("exclude", here, path=paths[0])
    for at in range(len(changes)):
        assert forks.do("exclude", here, at, path=paths[1])[0] == -signal.SIGKILL
        assert edits.read(folder).excluded == (paths[0],)
    edits.exclude(folder, paths[1])
    assert edits.read(folder).excluded == (paths[0], paths[1])
    assert leftovers(here) == []


def test_a_removal_that_is_killed_removes_all_or_nothing(
    forks: Forks, here: Settings, tmp_path: Path
) -> None:
    source = two_classes(tmp_path / "raw")
    ingest(source, "mine", here)
    _, changes = forks.do("remove", here)
    for at in moments(len(changes), 8):
        if not sets.names(here):
            ingest(source, "mine", here)
        assert forks.do("remove", here, at)[0] == -signal.SIGKILL
        assert whole(here) in ([], ["mine"])
    swept(here)
    assert leftovers(here) == []


def test_what_was_left_is_swept_by_the_next_run_of_any_name(
    forks: Forks, here: Settings, tmp_path: Path
) -> None:
    source = two_classes(tmp_path / "raw")
    assert forks.do("ingest", here, 30, source=str(source))[0] == -signal.SIGKILL
    assert any(name.startswith(".mine~") for name in leftovers(here))
    with sets.locked("mine", here):
        # as far as anyone can tell this is in use
        ingest(source, "other", here)
        assert any(name.startswith(".mine~") for name in leftovers(here))
    ingest(source, "third", here)
    assert leftovers(here) == []
    assert whole(here) == ["other", "third"]


def test_a_set_is_on_the_disk_before_it_is_listed(forks: Forks, here: Settings, tmp_path: Path) -> None:
    _, changes = forks.do("ingest", here, source=str(two_classes(tmp_path / "raw")))
    target = str(sets.folder("mine", here))
    listed = next(i for i, one in enumerate(changes) if one.startswith("os.rename") and one.endswith(target))
    settled = changes.index("call syncfs")
    last = max(i for i, one in enumerate(changes) if one.startswith(("open", "os.rename")) and i < listed)
    assert last < settled < listed
    done = [Path(one.split()[-1]).name for one in changes if one.startswith("os.rename")]
    catalogue = [name for name in done if name in (catalog.FILE, catalog.LOOKS, catalog.LEFT_OUT)]
    assert catalogue[-1] == "slices.csv"


def started(var: Path, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "core", *args],
        cwd=ROOT, env={**os.environ, "KCS_VAR": str(var)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def killed_when(process: subprocess.Popen[str], phrase: str, wait: float) -> None:
    """Kill a process a while after it has said something."""
    assert process.stderr
    for line in process.stderr:
        if phrase in line:
            break
    else:
        raise AssertionError(f"it never said {phrase}")
    time.sleep(wait)
    process.kill()
    process.communicate()


@pytest.mark.parametrize("phrase", ["unpacking", "reading slices", "grouping"])
def test_the_command_line_is_killed_as_it_says_how_far_it_is(
    phrase: str, here: Settings, tmp_path: Path
) -> None:
    source = packed(tmp_path / "some.zip", members(two_classes(tmp_path / "raw", 60)))
    process = started(here.var, "ingest", str(source), "--name", "mine")
    killed_when(process, phrase, random.random() / 20)
    assert process.returncode in (-signal.SIGKILL, 0)
    listed = whole(here)
    folder = ingest(source, "mine", here)
    assert len(manifest.read(folder)) == 120
    assert listed or leftovers(here) == []


BUSY = "The data set mine is being worked on right now. Wait until that has ended."


def test_nothing_else_is_done_with_a_set_that_is_worked_on(here: Settings, tmp_path: Path) -> None:
    source = two_classes(tmp_path / "raw", 100)
    first = started(here.var, "ingest", str(source), "--name", "mine")
    assert first.stderr
    assert any("reading slices" in line for line in first.stderr)
    first.send_signal(signal.SIGSTOP)
    try:
        second = started(here.var, "ingest", str(source), "--name", "mine")
        _, said = second.communicate(timeout=60)
        assert (second.returncode, said.splitlines()) == (1, [BUSY])
        with pytest.raises(DataError, match="being worked on right now"):
            sets.remove("mine", here)
        assert sets.names(here) == []
        assert len(manifest.read(ingest(source, "other", here))) == 200
    finally:
        first.send_signal(signal.SIGCONT)
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert whole(here) == ["mine", "other"]


def test_two_at_the_same_moment(here: Settings, tmp_path: Path) -> None:
    source = two_classes(tmp_path / "raw", 40)
    runs = [started(here.var, "ingest", str(source), "--name", "mine") for _ in range(2)]
    ended = sorted((run.communicate(timeout=60)[1].splitlines()[-1], run.returncode) for run in runs)
    assert sorted(code for _, code in ended) == [0, 1]
    (refused,) = [said for said, code in ended if code == 1]
    assert refused == BUSY or refused.startswith("There is a data set mine already.")
    assert whole(here) == ["mine"]


@pytest.mark.parametrize("task", [{"what": "remove"}, {"what": "split", "seed": 1}])
def test_a_set_that_is_worked_on_is_not_changed(
    task: dict[str, Any], forks: Forks, here: Settings, tmp_path: Path
) -> None:
    before = contents(ingest(two_classes(tmp_path / "raw"), "mine", here))
    with sets.locked("mine", here):
        ended, said = forks.do(here=here, **task)
    assert (ended, said[-1]) == (1, f"said {BUSY}")
    assert contents(sets.folder("mine", here)) == before
