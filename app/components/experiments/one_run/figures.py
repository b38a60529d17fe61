"""What came out of a run: the honest figures first, then every metric it logged."""

import math
from collections.abc import Sequence

import streamlit as st

from app.components import accuracy
from app.components.training import result
from app.experiments import details
from app.experiments.reading import reader
from core.literal import markup
from core.tracking.runs.values import Run, headline, leaking


def show(run: Run) -> None:
    """Draw them."""
    metrics = details.scores(run).get("metrics") or {}
    if metrics:
        accuracy.show(metrics)
        result.where_it_errs(metrics)
    elif headline(run) is None:
        st.caption("No figure on patients that it never saw was logged, so it has none to be judged by.")
    if not run.metrics:
        st.caption("It logged no metric.")
        return
    with st.expander(f"All {len(run.metrics):,} metrics", icon=":material/functions:", expanded=not metrics):
        st.html(_table(run))


def _table(run: Run) -> str:
    names = sorted(run.metrics)
    summaries = {name: reader().summaries([run], name).get(run.id) for name in _several(run, names)}
    rows = []
    for name in names:
        found = summaries.get(name)
        values = [run.metrics[name], *((found.min, found.max) if found else (math.nan, math.nan))]
        marked = ' <span class="ex-leak">leaks</span>' if leaking(name, run) else ""
        cells = "".join(f"<td>{written(value)}</td>" for value in values)
        rows.append(f"<tr><th>{markup(name)}{marked}</th>{cells}</tr>")
    return (
        '<div class="wide"><table class="tr-job-table"><thead><tr><th>Metric</th><th>last</th><th>least</th>'
        f"<th>most</th></tr></thead>{''.join(rows)}</table></div>"
    )


def _several(run: Run, names: Sequence[str]) -> list[str]:
    """Those that were logged over and over: figures of the finished model come once."""
    once = ("test_", "random_", "contrast_", "external_", "not_ct_", "unsure_")
    return [] if run.parent and run.leaks else [name for name in names if not name.startswith(once)][:40]


def written(value: float) -> str:
    """A metric's value in four digits; a dash where it is no number."""
    return f"{value:.4g}" if math.isfinite(value) else "\u2013"
