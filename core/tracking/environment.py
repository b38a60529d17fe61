"""What a run ran on."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = (
    "tensorflow", "keras", "numpy", "scipy", "scikit-learn", "opencv-python-headless", "ai-edge-litert",
    "mlflow", "pydantic",
)  # fmt: skip


def describe(revision: str) -> dict[str, Any]:
    """Python, system, processors and versions, fit for JSON; nothing of it names a machine or a person.

    Args:
        revision: Of the code, from `core.training.revision`.
    """
    return {
        "code_revision": revision,
        "python": platform.python_version(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "processors_allowed": _allowed(),
        "memory_bytes": _memory(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def _allowed() -> int | None:
    """Processors that this process may use."""
    ask = getattr(os, "sched_getaffinity", None)
    return len(ask(0)) if ask else os.cpu_count()


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
