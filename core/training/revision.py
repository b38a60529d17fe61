"""Which code made a model."""

import subprocess

from core.config.settings import ROOT


def current() -> str:
    """The commit checked out, ``-dirty`` if files differ from it; ``unknown`` without git."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--match="],
            cwd=ROOT, capture_output=True, text=True, check=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return found.stdout.strip() or "unknown"
