"""Whose turn it is: the first of each owner's queue, one owner after another."""

from collections import OrderedDict, deque

from core.errors import LimitError
from core.explain.pool.task import Task


class Turns:
    """What waits. Not safe for threads: whoever has it guards it.

    Args:
        most: How many of one owner may wait.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._queues: OrderedDict[str, deque[Task]] = OrderedDict()

    def add(self, task: Task) -> None:
        """To the end of its owner's queue.

        Raises:
            LimitError: The owner has too much waiting.
        """
        queue = self._queues.get(task.owner, ())
        if len(queue) >= self._most:
            raise LimitError(
                f"{self._most} explanations are waiting already, so no other one is taken on. Wait until "
                "some are ready, or stop them.",
                "too-many-waiting",
            )
        self._queues.setdefault(task.owner, deque()).append(task)

    def take(self) -> Task | None:
        """The next one, whose owner then comes last; None where nothing waits."""
        if not self._queues:
            return None
        owner, queue = self._queues.popitem(last=False)
        task = queue.popleft()
        if queue:
            self._queues[owner] = queue
        return task

    def drop(self, task: Task) -> None:
        """Forget one, where it still waits."""
        queue = self._queues.get(task.owner)
        if queue and task in queue:
            queue.remove(task)
            if not queue:
                del self._queues[task.owner]

    def clear(self) -> list[Task]:
        """All that waits; nothing does afterwards."""
        waiting = [task for queue in self._queues.values() for task in queue]
        self._queues.clear()
        return waiting
