"""When a slice gets no label, and what to be careful about when it gets one."""

from core.domain import Reason, Scan
from core.inference.words import percent
from core.models.bundle import Thresholds

CLOSE_CALL = 0.1
"""Two classes nearer than this in probability are called close."""


def declines(
    quality: list[Reason], distance: float, probabilities: dict[str, float], limits: Thresholds
) -> tuple[Reason, ...]:
    """Why a slice gets no label; empty when it gets one.

    What the picture shows comes first; "unsure" is only said of a slice that is fit to be judged.

    Args:
        quality: What the image checks found.
        distance: Of the slice's features from those the model was trained on.
        probabilities: By class, adding up to 1.
        limits: The bundle's thresholds.
    """
    reasons = list(quality)
    if distance > limits.distance and not any(r.code == "not-ct" for r in reasons):
        reasons.append(
            Reason(
                "not-ct",
                "This doesn't look like the kidney CT slices the model knows "
                f"(its features lie {distance:.3g} away, the limit is {limits.distance:.3g}).",
            )
        )
    if not reasons and max(probabilities.values()) < limits.unsure:
        reasons.append(_unsure(probabilities, limits.unsure))
    return tuple(reasons)


def _unsure(probabilities: dict[str, float], limit: float) -> Reason:
    label = max(probabilities, key=probabilities.__getitem__)
    sentence = (
        f"The model is unsure: its best guess, {label}, has a model probability of "
        f"{percent(probabilities[label])}, and under {percent(limit)} it gives no answer."
    )
    return Reason("unsure", sentence)


def warnings(
    scan: Scan, size: int, distance: float, probabilities: dict[str, float], limits: Thresholds
) -> tuple[Reason, ...]:
    """What to be careful about, whether or not a label is given.

    Args:
        scan: The slice, with what its decoding had to assume.
        size: Side of the model's input, pixels.
        distance: Of the slice's features from those the model was trained on.
        probabilities: By class.
        limits: The bundle's thresholds.
    """
    found = [Reason("decoding", sentence) for sentence in scan.warnings]
    side = min(scan.height, scan.width)
    if side < size // 2:
        found.append(
            Reason(
                "low-resolution",
                f"The slice is only {scan.width} x {scan.height} pixels and the model looks at {size}: "
                "small stones and cysts may be lost.",
            )
        )
    if 0.9 * limits.distance < distance <= limits.distance:
        found.append(Reason("unusual", "The slice is unlike most slices the model was trained on."))
    first, second = sorted(probabilities, key=probabilities.__getitem__, reverse=True)[:2]
    if probabilities[first] - probabilities[second] < CLOSE_CALL:
        one, other = (f"{label} ({percent(probabilities[label])})" for label in (first, second))
        found.append(Reason("close-call", f"{one} and {other} are close."))
    return tuple(found)
