"""How classes and probabilities are written and coloured, on the page, in reports and in sentences."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.disclaimer import DISCLAIMER
from core.domain import Prediction

__all__ = ["COLOURS", "DISCLAIMER", "OTHER", "answer", "colour", "percent"]

# Okabe-Ito: told apart with every kind of colour vision; the name always stands beside it
COLOURS: Final[Mapping[str, str]] = MappingProxyType(
    {"Cyst": "#56B4E9", "Normal": "#009E73", "Stone": "#E69F00", "Tumor": "#D55E00"}
)
OTHER: Final = "#7B8790"


def colour(label: str | None) -> str:
    """A class's colour; grey for declined and for classes that have none."""
    return COLOURS.get(label or "", OTHER)


def percent(share: float) -> str:
    """Whole percents; what isn't quite none or all is not written as 0 or 100."""
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return "< 1 %"
    if whole == 100 and share < 1:
        return "> 99 %"
    return f"{whole} %"


def answer(prediction: Prediction) -> str:
    """What a model says of a slice, in a line."""
    label, chance = prediction.top
    if prediction.declined:
        return f"Declined. {' '.join(reason.sentence for reason in prediction.reasons)}".rstrip()
    return f"{label}, model probability {percent(chance)}."
