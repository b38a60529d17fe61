"""Text of others, shown as it is: in Markdown, in HTML, and in a terminal."""

import re
from html import escape

_MARKS = re.compile(r"([\\`*_{}\[\]<>$~:#|!])")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Controls, which break a file, and marks that turn the direction of all text after them."""


def literal(text: str) -> str:
    """For Markdown: no emphasis, no link, no picture, no icon."""
    return _MARKS.sub(r"\\\1", seen(text))


def markup(text: str) -> str:
    """For HTML: no element, no attribute."""
    return escape(seen(text))


def seen(text: str) -> str:
    """For a terminal or a file: nothing that it would obey, nothing that turns the direction."""
    return _UNSEEN.sub("", text)
