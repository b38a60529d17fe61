"""What is imported only when it is used, and so is named and not imported."""

from importlib import import_module
from typing import Any


def function(at: str) -> Any:
    """What ``module:function`` names, imported now."""
    module, _, name = at.partition(":")
    return getattr(import_module(module), name)
