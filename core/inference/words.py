"""How classes and probabilities are written and coloured, on the page, in reports and in sentences."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.disclaimer import DISCLAIMER
from core.domain import Prediction
from core.percent import percent

__all__ = ["COLOURS", "DISCLAIMER", "OTHER", "answer", "colour", "percent"]

# Okabe-Ito: told apart with every kind of colour vision; the name always stands beside it
COLOURS: Final[Mapping[str, str]] = MappingProxyType(
    {"Cyst": "#56B4E9", "Normal": "#009E73", "Stone": "#E69F00", "Tumor": "#D55E00"}
)
OTHER: Final = "#7B8790"


def colour(label: str | None) -> str:
    """A class's colour; grey for declined and for classes that have none."""
    return COLOURS.get(label or "", OTHER)


def answer(prediction: Prediction) -> str:
    """What a model says of a slice, in a line."""
    label, chance = prediction.top
    if prediction.declined:
        return f"Declined. {' '.join(reason.sentence for reason in prediction.reasons)}".rstrip()
    return f"{label}, model probability {percent(chance)}."
