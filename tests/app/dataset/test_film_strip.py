"""The film strip: series and patient blocks in order, in parts where they are long."""

import pytest

from app.components.dataset import film_strip
from app.dataset import Shown
from tests.app.conftest import Studio
from tests.app.dataset.conftest import at, mounted


def test_rolls_are_the_longest_first_and_in_order(shown: Shown) -> None:
    for by in ("Series", "Patient block"):
        found = film_strip.rolls(shown, by)
        counts = [len(slices) for slices in found.values()]
        assert counts == sorted(counts, reverse=True) and sum(counts) == 28
        for name, slices in found.items():
            assert {one.series if by == "Series" else one.group for one in slices} == {name}


def test_the_film_has_every_frame_of_the_longest_series(page: Studio, shown: Shown) -> None:
    name, slices = next(iter(film_strip.rolls(shown, "Series").items()))
    (film,) = mounted(at(page, "Series"))
    assert [frame["title"] for frame in film["frames"]] == [one.path for one in slices]
    assert film["words"].startswith(name)
    assert slices[0].path in page.text  # the facts are those of the slice it rests on


def test_a_long_series_comes_in_parts(page: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film_strip, "MOST", 2)
    (film,) = mounted(at(page, "Series"))
    assert len(film["frames"]) == 2 and len(page.at.get("pagination")) == 1


def test_the_film_rests_where_it_was_left(page: Studio, shown: Shown) -> None:
    name, slices = next(iter(film_strip.rolls(shown, "Series").items()))
    last = slices[-1].path
    page.at.session_state[f"film-strip-mine-{name}-1-at"] = last
    (film,) = mounted(at(page, "Series"))
    assert film["at"] == len(slices) - 1
    assert f"<dd>{last}</dd>" in page.text
