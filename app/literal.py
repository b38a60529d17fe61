"""Text of others, safe inside Markdown."""

import re

_MARKS = re.compile(r"([\\`*_{}\[\]<>$~:#|!])")


def literal(text: str) -> str:
    """Text that is shown as it is: no emphasis, no link, no picture, no icon."""
    return _MARKS.sub(r"\\\1", text)
