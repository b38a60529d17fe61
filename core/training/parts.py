"""Which slices a run learns from, which validate it, and which test it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.config.params import Params
from core.data import dealing
from core.data.manifest import Row
from core.data.split import PARTS, leaks
from core.errors import DataError
from core.training import selection

TRAIN, VAL, TEST = PARTS
_VALIDATION = 0.2
"""Share of what is left beside the tested fold, where there is no fold to spare."""


def deal(rows: Sequence[Row], params: Params, tested: int = 0) -> NDArray[np.str_]:
    """(N,) ``"train"``, ``"val"`` or ``"test"`` for each slice, whole patient blocks.

    Of folds, one is tested and the next validates; of two folds, some blocks of the other one
    validate. A manifest that leaks is dealt anew by patient block. Slices of later sources are only
    learnt from: those of a block that validates or tests get the part ``""`` and are left out.

    Args:
        rows: What `core.training.selection.select` chose.
        params: The recipe.
        tested: The fold that is tested.

    Raises:
        DataError: There are too few patient blocks, of all or of a class.
    """
    if rows and rows[0].split in PARTS and not leaks(rows):
        return _checked(rows, _no_later(rows, np.array([row.split for row in rows], "<U5")))
    folds = selection.folds(rows, params)
    count = int(folds.max()) + 1
    found = np.full(len(rows), TRAIN, "<U5")
    found[folds == tested] = TEST
    if count > 2:
        found[folds == (tested + 1) % count] = VAL
    else:
        _spare(rows, found, params.split.seed)
    return _checked(rows, _no_later(rows, found))


def deal_at_random(rows: Sequence[Row], params: Params, like: NDArray[np.str_]) -> NDArray[np.str_]:
    """(N,) parts as large as these, slices dealt one by one: this leaks, and is for comparison only.

    Args:
        rows: The slices.
        params: Whose seed is used.
        like: From `deal`.
    """
    shares = [float((like == part).mean()) for part in PARTS]
    total = sum(shares)
    dealt = dealing.random_parts(
        [row.label for row in rows], [one / total for one in shares], params.split.seed
    )
    return _no_later(rows, np.where(like == "", "", np.array(PARTS, "<U5")[dealt]))


def _no_later(rows: Sequence[Row], found: NDArray[np.str_]) -> NDArray[np.str_]:
    """Neither figures nor validation are taken on slices of later sources; their block stays unseen."""
    return np.where(~selection.primary(rows) & (found != TRAIN), "", found)


def _spare(rows: Sequence[Row], found: NDArray[np.str_], seed: int) -> None:
    """Let some of the blocks that are learnt from validate."""
    left = np.flatnonzero(found == TRAIN).tolist()
    some = [rows[at] for at in left]
    blocks = len({row.group for row in some})
    if blocks < 2:
        raise DataError(
            "All slices beside the tested ones seem to be of one patient block, so nothing is left to "
            "validate with. Add slices of other patients.",
            "too-few-groups",
        )
    count = max(2, min(round(1 / _VALIDATION), blocks))
    dealt = dealing.folds([row.label for row in some], [row.group for row in some], count, seed)
    found[np.array(left)[dealt == 0]] = VAL


def _checked(rows: Sequence[Row], found: NDArray[np.str_]) -> NDArray[np.str_]:
    labels = np.array([row.label for row in rows])
    for label in np.unique(labels):
        if not (found[labels == label] == TRAIN).any():
            raise DataError(
                f"No slice of {label} is left to learn from: its patient blocks are all validated or tested "
                "with. Add slices of other patients, or split into other parts.",
                "too-few-groups",
            )
    for part in (VAL, TEST):
        if not (found == part).any():
            raise DataError(
                f"No slice is left for {part}. Split the data set into other parts.", "too-few-groups"
            )
    return found
