"""The trials of a search, as its job's events tell them."""

import math
from collections.abc import Mapping
from typing import Any

from core.config.settings import settings
from core.errors import InputError
from core.jobs import records
from core.jobs.job import Job


def trials(job: Job) -> list[Mapping[str, Any]]:
    """The trials of a search so far, the best value first."""
    try:
        events = records.events(job.id, settings())
    except InputError:
        return []
    told = [one for one in events if isinstance(one.get("trial"), int) and _is_number(one.get("value"))]
    found = {event["trial"]: event for event in told}.values()
    return sorted(found, key=lambda one: -float(one["value"]))


def no_value(job: Job) -> dict[str, int]:
    """How many trials of a search came to no value, by why: ``pruned`` or ``failed``."""
    try:
        events = records.events(job.id, settings())
    except InputError:
        return {}
    ended = {one["trial"]: one.get("state") for one in events if isinstance(one.get("trial"), int)}
    return {why: sum(state == why for state in ended.values()) for why in ("pruned", "failed")}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
