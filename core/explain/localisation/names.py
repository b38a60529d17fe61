"""Which marked slices are one person's, by what their files are called: no patient ids exist."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

HOUR: Final = 3600
_CASE: Final = re.compile(r"^(.*\D\d+)_\d+$")
"""``k1_10152_667``: the 667th slice of a case."""
_MOMENT: Final = re.compile(r"^[\d-]+?-(\d{11})\d{6,}-\d+")
"""``1-3-46-670589-33-1-63743635327971342600001-...``: made so many seconds after the year 1 began."""


def groups(names: Sequence[str]) -> Mapping[str, str]:
    """Whom files are of, guessed so that one person is rather two than two persons one slice.

    Files ``CASE_NUMBER`` belong to the case. Files named by the moment that they were made belong
    together while no hour lies between one and the next: one person's slices are exported at a sitting.
    Any other file is a person of its own.

    Args:
        names: Paths in an archive, all of one source.

    Returns:
        The group of each.
    """
    found: dict[str, str] = {}
    moments: list[tuple[int, str]] = []
    for name in names:
        stem = PurePosixPath(name).stem
        case, moment = _CASE.match(stem), _MOMENT.match(stem)
        found[name] = case[1] if case else stem
        if moment and not case:
            moments.append((int(moment[1]), name))
    before, number = -HOUR, 0
    for at, name in sorted(moments):
        number += at - before >= HOUR
        before = at
        found[name] = f"sitting {number}"
    return found
