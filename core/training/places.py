"""Where a bundle may be written: nothing but an earlier bundle is ever replaced by one."""

import os
from pathlib import Path

from core.models.bundle import CARD


def refusals(out: Path) -> list[str]:
    """Why a bundle can't be written to a folder, as sentences; none where it can.

    Args:
        out: Where the bundle shall be; what is there is replaced.
    """
    if out.exists() and not _replaceable(out):
        return [f"{out} is there already and is no model bundle, so it isn't replaced. Name another folder."]
    above = next(one for one in out.absolute().parents if one.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        return [f"{above} can't be written to, so {out.name} can't be put there. Name another folder."]
    return []


def _replaceable(out: Path) -> bool:
    return out.is_dir() and ((out / CARD).is_file() or not any(out.iterdir()))
