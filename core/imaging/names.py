"""What a file is called on the screen."""

import re
import unicodedata

LONGEST = 80


def display(name: str) -> str:
    """A file's name, safe to show: no control characters, no folder, not endless.

    Args:
        name: Whatever the sender called it; never used as a path.

    Returns:
        1 to 80 characters; the end, which carries number and suffix, is kept.
    """
    last = re.split(r"[\\/]", name)[-1]
    clean = "".join(
        " " if unicodedata.category(char).startswith(("C", "Z")) else char for char in last[-1000:]
    )
    clean = " ".join(clean.split())
    if len(clean) > LONGEST:
        clean = clean[:30] + "..." + clean[-(LONGEST - 33) :]
    return clean or "unnamed"
