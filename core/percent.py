"""Shares as percents for a person: how each kind of figure is written, in one place."""


def percent(share: float) -> str:
    """Whole percents; what isn't quite none or all is not written as 0 or 100.

    Args:
        share: A probability, or a part of something, 0..1.
    """
    return _whole(share, "< ", "> ")


def spoken(share: float) -> str:
    """As `percent`, within a sentence: ``"under 1 %"``."""
    return _whole(share, "under ", "over ")


def measured(share: float) -> str:
    """A mean that was measured; with a digit after the point where it is small: ``"36%"``, ``"2.4%"``."""
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"


def _whole(share: float, under: str, over: str) -> str:
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return f"{under}1 %"
    return f"{over}99 %" if whole == 100 and share < 1 else f"{whole} %"
