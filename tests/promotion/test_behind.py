"""Where a rollback goes, whatever was decided before."""

import pytest

from core.promotion.behind import behind
from core.tracking.registry.values import Alias, Deed, Entry


def entry(deed: Deed, version: str, alias: Alias = "champion") -> Entry:
    return Entry(at=0.0, deed=deed, version=version, before="", by="us", why="", alias=alias)


@pytest.mark.parametrize(
    ("decisions", "champion", "expected"),
    [
        ("", "", None),
        ("p1", "1", ""),
        ("p1 p2", "2", "1"),
        ("p1 p2 r1", "1", ""),  # not to the 2 that was rolled back
        ("p1 p2 p3 r2 r1", "1", ""),
        ("p1 p2 r1 p3", "3", "1"),
        ("p1 p2 p1", "1", "2"),  # promoted again, not rolled back
        ("p1 r", "", None),
        ("p1 r p2", "2", ""),
        ("p1 s2", "2", "1"),  # another program did it
        ("p1", "7", "1"),  # set by hand and not written down
        ("p1 c2", "1", ""),  # a challenger answers nobody
        ("p1 p2 c3 r1", "1", ""),
    ],
)
def test_it_goes_to_what_answered_before(decisions: str, champion: str, expected: str | None) -> None:
    deeds: dict[str, Deed] = {"p": "promoted", "r": "rolled back", "s": "set outside", "c": "challenger"}
    made = [
        entry(deeds[one[0]], one[1:], "challenger" if one[0] == "c" else "champion")
        for one in decisions.split()
    ]
    assert behind(made[::-1], champion) == expected
