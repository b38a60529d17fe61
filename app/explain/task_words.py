"""Where a task is, in words."""

from typing import Final

from core.explain.pool.pool import Task
from core.inference.words import percent

STOPPED: Final = "Stopped before it was done."


def words(task: Task) -> str:
    """For a person: ``"waiting for its turn"``, ``"loading TensorFlow"``, ``"40 %"``, or why it ended."""
    if task.over:
        return sentence(task)
    if task.state == "waiting":
        return task.said or "waiting for its turn"
    return ", ".join(filter(None, (task.said, percent(task.share) if task.share else ""))) or "working"


def sentence(task: Task) -> str:
    """Why there is no result; empty where there is one, or none yet."""
    return {"failed": task.error, "cancelled": STOPPED}.get(task.state, "")
