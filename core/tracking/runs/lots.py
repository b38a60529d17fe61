"""Many values, some at a time."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_lots(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Values in their order, at most so many at a time.

    Args:
        values: All of them.
        size: At least 1.
    """
    for start in range(0, len(values), size):
        yield values[start : start + size]
