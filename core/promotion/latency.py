"""The gate's line about speed: a forward pass of both models on the same slices, in turns."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Final

from core.domain import Scan
from core.inference.predictor import Predictor
from core.promotion.gate import Check

ROUNDS: Final = 3
"""Over all samples; in turns, so that what else the machine does slows both down alike."""
MOST_TIMES: Final = 2.0
"""As slow as what answers now: one machine then serves half as many people."""
UNNOTICED_MS: Final = 25.0
"""Up to this any factor is let pass: reading and preparing a slice takes about as long."""
MOST_MS: Final = 250.0
"""A series of 40 slices is answered in ten seconds then."""


def check(
    candidate: Predictor, champion: Predictor, given: Sequence[Scan], tell: Callable[[str, float], None]
) -> Check:
    """Median milliseconds of a forward pass against that of what answers now, measured here.

    Args:
        candidate: What shall answer.
        champion: What answers now.
        given: Slices; none can't be measured on.
        tell: Told how far it is.
    """
    limit = f"at most {MOST_TIMES:.0f} times as long, or {UNNOTICED_MS:.0f} ms; never over {MOST_MS:.0f} ms"
    if not given:
        return Check(
            name="latency", title="Fast enough", met=None, limit=limit,
            sentence="This can't be measured: there are no sample slices in assets/samples.",
        )  # fmt: skip
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS):
        tell("timing both", number / ROUNDS)
        for scan in given:
            for mine, predictor in zip(times, (champion, candidate), strict=True):
                mine.append(predictor.predict(scan).milliseconds["forward"])
    return judged(median(times[1]), median(times[0]), limit)


def judged(mine: float, theirs: float, limit: str) -> Check:
    """The line for two medians, ms."""
    met = mine <= max(MOST_TIMES * theirs, UNNOTICED_MS) and mine <= MOST_MS
    return Check(
        name="latency", title="Fast enough", met=met, limit=limit,
        figure=f"{mine:.1f} ms against {theirs:.1f} ms",
        sentence=f"A forward pass takes {mine:.1f} ms here, and {theirs:.1f} ms of what answers now: "
        "medians, taken in turns.",
    )  # fmt: skip
