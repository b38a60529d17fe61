"""What was measured about a bundle, kept with it: nothing newer hidden, nothing of two at once lost."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import StorageError
from core.explain import kept
from core.storage import write_text


@pytest.fixture
def places(tmp_path: Path) -> tuple[Any, Any]:
    (tmp_path / "bundle").mkdir()
    return SimpleNamespace(path=tmp_path / "bundle", digest="ab" * 32), SimpleNamespace(var=tmp_path / "var")


def test_what_was_measured_where_the_bundle_cannot_be_written_is_what_is_read(
    places: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, here = places
    kept.keep(bundle, here, kept.SANITY, {"seed": 1})
    kept.keep(bundle, here, kept.OUTSIDE, {"rows": []})

    def refused(*_: Any) -> None:
        raise StorageError("The bundle can't be written to.", "read-only")

    # root may write everywhere: the disk refuses in its place
    written = write_text
    with monkeypatch.context() as patched:
        patched.setattr(
            "core.explain.kept.write_text",
            lambda at, text: (refused if at.parent == bundle.path else written)(at, text),
        )
        path = kept.keep(bundle, here, kept.SANITY, {"seed": 2})
    assert path.is_relative_to(here.var)
    assert kept.read(bundle, here) == {"sanity": {"seed": 2}, "outside": {"rows": []}}
    # and once it can be written again, nothing older is left aside to hide what is newer
    assert kept.keep(bundle, here, kept.SANITY, {"seed": 3}).parent == bundle.path
    assert kept.read(bundle, here)["sanity"] == {"seed": 3}
    assert not path.exists()


def test_two_that_measure_at_once_lose_nothing(places: tuple[Any, Any]) -> None:
    bundle, here = places

    def measure(section: str) -> None:
        for number in range(20):
            kept.keep(bundle, here, section, {"number": number})

    both = [threading.Thread(target=measure, args=(section,)) for section in ("one", "two", "three")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert kept.read(bundle, here) == {name: {"number": 19} for name in ("one", "two", "three")}


def test_another_bundles_or_damaged_measurements_are_not_taken(places: tuple[Any, Any]) -> None:
    bundle, here = places
    for text in ("", "{", "[]", '{"bundle": "other", "sanity": {}}', "\x00", '{"bundle": null}'):
        (bundle.path / kept.FILE).write_text(text)
        assert kept.read(bundle, here) == {}
    bundle.path.joinpath(kept.FILE).unlink()
    bundle.path.rmdir()
    assert kept.keep(bundle, here, kept.SANITY, {"seed": 1}).is_relative_to(here.var)
    assert kept.read(bundle, here) == {"sanity": {"seed": 1}}
