"""Train: what is to be learnt from what and for how long, then the jobs that do it."""

from app import dataset
from app.components import heading, notice
from app.components.dataset import chooser
from app.components.training import form, jobs_panel

heading.plain("Train")
jobs_panel.way()
names = dataset.names()
notice.show(chooser.gone(names))
if names:
    form.show(names)
else:
    form.empty()
jobs_panel.show()
