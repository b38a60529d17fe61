"""Words that several parts of the Models view use."""

from typing import Final

from app.clock import moment
from core.literal import markup
from core.tracking.registry.values import called

PLACE: Final = "models"
"""Where this view says what could not be done: at its top, beside a candidate, beside its promotion."""
OF_CANDIDATE: Final = "models-candidate"
OF_PROMOTION: Final = "models-promotion"


def when(seconds: float) -> str:
    """A moment on the reader's clock, to the minute; a dash where it isn't known."""
    return moment(seconds or None) or "\N{EN DASH}"


def capital(number: str) -> str:
    """A version's number as a sentence begins with it; "" is the shipped model."""
    name = called(number)
    return name if number else name[0].upper() + name[1:]


def quoted(words: str) -> str:
    """Somebody's words, for HTML; empty where there are none."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{markup(words)}\N{RIGHT DOUBLE QUOTATION MARK}" if words else ""
