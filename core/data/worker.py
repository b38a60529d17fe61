"""The process that works on a data set: ingest, validate, split, measure leaks (`core.jobs`)."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.config import params
from core.config.params import Split, faults
from core.config.settings import settings
from core.data import leakage, manifest, presets, sets, sources, split
from core.data.ingest import ingest
from core.data.presets import Drawn
from core.data.validation.validate import validate
from core.errors import InputError
from core.jobs.reporter import Progress, Reporter, run
from core.jobs.steps import Step, Steps

_STEPS = {"unpacking": 0.13, "reading slices": 0.42, "grouping": 0.45}
"""Steps of ingest that name themselves so, and their part of its time: 7.7 s for 12,446 slices."""
_FETCH = 0.4
"""Part of its time where something has to be fetched first; nobody can know."""
_DRAW = 0.95
"""And where the pictures are drawn first."""
_INGEST = 0.63
"""Part of the whole job; the rest took 4.6 s for the same slices."""
_SPLIT, _LEAKS = 0.13, 0.43
"""Where in that rest these begin."""


class Request(BaseModel):
    """What is to be done with a data set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    do: Literal["ingest", "measure"] = Field(description="all of it, or only what follows from edits")
    name: str = Field(description="of the set")
    sources: tuple[str, ...] = Field((), description="folders, zips, addresses, Drive ids, presets")
    preset: str | None = Field(None, description="task whose class rule is used")
    classes: dict[str, str | None] | None = Field(None, description="by folder name, before the preset's")
    add: bool = Field(False, description="add to a set that is there")
    base: str = Field("", description="set that a new one begins as, under a zip of corrections")
    sha256: str = Field("", description="what the first zip must be, hex; not checked if empty")
    split: Split | None = Field(None, description="how to deal; as before, or as params.yaml says")


def do(report: Reporter) -> Mapping[str, Any]:
    """Do a job's request.

    Raises:
        InputError: The request asks for what there isn't.
        StudioError: What ingest, validate, split and leakage raise.
    """
    request = _request(report.job.request)
    start = 0.0
    if request.do == "ingest":
        start = _INGEST
        ingest(
            request.sources,
            request.name,
            settings(),
            _ingesting(report.part(0.0, start), request.sources),
            preset=request.preset,
            rule=request.classes,
            sha256=request.sha256,
            add=request.add,
            dealt=request.split or (None if request.add or request.base else params.load().split),
            base=request.base,
        )
    return _measured(request, report.part(start, 1.0))


def _request(fields: Mapping[str, Any]) -> Request:
    try:
        request = Request.model_validate(fields)
    except ValidationError as error:
        raise InputError(
            f"This can't be done with a data set: {faults(error)}. Ask again.", "bad-request"
        ) from None
    if request.do == "ingest" and not request.sources:
        raise InputError("There is nothing to ingest. Name a folder, a zip or an address.", "no-source")
    return request


def _measured(request: Request, tell: Progress) -> dict[str, Any]:
    """Validate, split, measure leaks; nobody else may change the set meanwhile."""
    folder = sets.folder(request.name, settings())
    with sets.locked(request.name, settings()):
        tell("validating", 0.0)
        found = validate(folder)
        tell("splitting", _SPLIT)
        chosen = request.split or split.as_before(folder)
        rows = split.split(folder, chosen)
        leaks = leakage.measure(
            folder, chosen.folds, chosen.seed, lambda what, share: tell(what, _LEAKS + (1.0 - _LEAKS) * share)
        )
    return {
        "name": request.name, "slices": found.slices, "usable": found.usable, "verdict": found.verdict,
        "leaks": leaks.sentence, "manifest": manifest.digest(rows),
    }  # fmt: skip


def _ingesting(tell: Progress, given: tuple[str, ...]) -> Steps:
    """One progress over the steps of ingest, some of which come once a source."""
    first = max((_before_unpacking(one) for one in given), default=0.0)
    steps = [
        Step(name, wide * (1.0 - first), len(given) if name == "unpacking" else 1)
        for name, wide in _STEPS.items()
    ]
    return Steps(tell, [Step("", first, len(given)), *steps])


def _before_unpacking(source: str) -> float:
    """Part of an ingest that goes by before its pictures are here."""
    known = presets.table()
    if source in known and isinstance(known[source].source, Drawn):
        return _DRAW
    return 0.0 if sources.exists(Path(source)) else _FETCH


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], do))
