"""Experiments: the runs, what is different between them, and which model answers."""

from app.components import heading, notice
from app.components.experiments import table, views

heading.plain("Experiments")
notice.show()
views.show(table.show())
