"""Numbers out of files that anybody may have written."""

import math


def number(value: object) -> float:
    """A value of a JSON document as a number; NaN where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return math.nan
