"""batch."""

from app.explain.asked import Asked


def show(asked: Asked) -> None:
    """Draw it."""
