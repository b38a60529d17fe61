"""What is recorded, brought within MLflow's limits, as entries of an outbox hold it."""

import math
import re
from collections.abc import Mapping
from typing import Any
from zlib import crc32

START, PARAMETERS, METRICS, TAGS = "start", "parameters", "metrics", "tags"
ARTEFACT, MODEL, FINISH = "artefact", "model", "finish"
"""Kinds of entries."""
STATES = {"finished": "FINISHED", "failed": "FAILED", "killed": "KILLED"}
"""How a run ends, and what MLflow calls it."""
JOB, BRANCH, OUTBOX, CUT = "studio.job", "studio.branch", "studio.outbox", "studio.cut"
"""Tags: the job, which part of it, the outbox (one run each), and the parameters that were too long."""
KEY_LETTERS, PARAMETER_LETTERS, TAG_LETTERS = 250, 6000, 8000
_UNFIT = re.compile(r"[^\w\-. /]", re.ASCII)


def key(name: str) -> str:
    """A name as MLflow takes it for parameters, metrics and tags."""
    found = re.sub(r"/{2,}", "/", _UNFIT.sub("_", name)).strip("/ ")
    # a path that climbs is refused, and so is one of nothing but dots
    parts = ["_" if set(part) <= {"."} else part for part in found.split("/")]
    return "/".join(parts)[:KEY_LETTERS].rstrip("/ ") or "_"


def slug(name: str) -> str:
    """A name as a folder's, no two names alike."""
    return f"{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')[:40]}-{crc32(name.encode()):08x}"


def number(value: object) -> float | None:
    """A metric's value; None where it is infinite or no number at all, which MLflow shows as NaN."""
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def parameters(values: Mapping[str, object]) -> tuple[dict[str, str], list[str]]:
    """Parameters as text, and the names of those that had to be cut.

    Args:
        values: ``section.field`` and its value.
    """
    texts = {key(name): _text(value) for name, value in values.items()}
    cut = [name for name, text in texts.items() if len(text) > PARAMETER_LETTERS]
    return {name: _short(text, PARAMETER_LETTERS) for name, text in texts.items()}, cut


def tags(values: Mapping[str, object]) -> dict[str, str]:
    """Tags as text, cut where they are too long."""
    return {key(name): _short(_text(value), TAG_LETTERS) for name, value in values.items()}


def flat(sections: Mapping[str, Any], before: str = "") -> dict[str, object]:
    """Nested parameters as ``section.field``.

    Args:
        sections: What `core.config.params.Params.model_dump` gives.
        before: What the names begin with.
    """
    found: dict[str, object] = {}
    for name, value in sections.items():
        inner = isinstance(value, Mapping)
        found |= flat(value, f"{before}{name}.") if inner else {f"{before}{name}": value}
    return found


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
