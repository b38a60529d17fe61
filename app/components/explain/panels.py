"""Maps side by side: linked zoom, one colour scale, threshold and contours, progress of slow ones."""

from app.explain.asked import Asked


def show(asked: Asked) -> None:
    """Draw them; slow ones come when they are ready.

    Args:
        asked: The slice, the target and one to four methods.
    """
