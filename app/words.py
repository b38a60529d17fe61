"""How numbers of things are written."""


def counted(number: int, one: str, many: str = "") -> str:
    """``1 slice``, ``2 slices``, ``1,200 slices``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
