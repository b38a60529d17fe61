"""One view: how much there is of every class, what its pictures are like, and the rule that names it."""

from app.components.dataset import class_rule, class_table, plots
from app.dataset import Shown


def show(shown: Shown) -> None:
    """Draw it."""
    class_table.show(shown)
    plots.show(shown)
    class_rule.show(shown)
