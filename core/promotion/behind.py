"""What answered before what answers now: where a rollback goes."""

from collections.abc import Sequence

from core.tracking.registry.values import CHAMPION, Entry


def behind(history: Sequence[Entry], champion: str) -> str | None:
    """The version to which a rollback goes.

    Rolling back twice goes back two decisions: what was rolled back is not gone back to.

    Args:
        history: Every decision, newest first.
        champion: Number of the version that answers now; "" for the shipped model.

    Returns:
        Its number, "" for the shipped model; None where nothing was before.
    """
    stack = [""]
    for entry in reversed([one for one in history if one.alias == CHAMPION]):
        if entry.deed == "rolled back" and entry.version in stack:
            while stack[-1] != entry.version:
                stack.pop()
        elif stack[-1] != entry.version:
            stack.append(entry.version)
    if champion not in stack:
        # set by hand somewhere, and not written down
        return stack[-1]
    while stack[-1] != champion:
        stack.pop()
    return stack[-2] if len(stack) > 1 else None
