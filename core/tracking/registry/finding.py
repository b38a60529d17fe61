"""The version that a person means by a few characters."""

from collections.abc import Sequence

from core.errors import InputError
from core.tracking.registry.values import CHALLENGER, CHAMPION, Version

_SAID = 8
_SHORTEST = 4
"""Characters of a digest's beginning."""


def meant(ref: str, of: Sequence[Version]) -> Version:
    """A version by its number, with or without a v, its alias, or its digest's beginning.

    Args:
        ref: What was said.
        of: All versions, newest first.

    Raises:
        InputError: There is none, or several begin so.
    """
    wanted = ref.strip().lower()
    several = _several(wanted, of)
    if several and len({one.digest for one in several}) == 1:
        return several[0]
    if several:
        raise InputError(
            f'Several versions begin with "{ref[:40]}": {_listed(several)}. Say more of it.',
            "ambiguous-version",
        )
    there = f"There are {_listed(of)}." if of else "None is registered yet."
    if wanted in (CHAMPION, CHALLENGER):
        raise InputError(f"No version is {wanted} now. {there}", "unknown-version")
    raise InputError(f'There is no registered version "{ref[:40]}". {there}', "unknown-version")


def _several(wanted: str, of: Sequence[Version]) -> list[Version]:
    if wanted in (CHAMPION, CHALLENGER):
        return [one for one in of if wanted in one.aliases]
    number = wanted.removeprefix("v").lstrip("0")
    found = [one for one in of if one.number == number]
    if found or len(wanted) < _SHORTEST:
        return found
    return [one for one in of if one.ours and one.digest.startswith(wanted)]


def _listed(several: Sequence[Version]) -> str:
    names = [one.ref for one in several]
    return ", ".join(names[:_SAID]) + (f" and {len(names) - _SAID} more" if len(names) > _SAID else "")
