"""One store of runs for the views that draw many at once, and what opens such a view."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.config.settings import Settings, settings
from core.tracking import store
from tests.support import runs as stores

METRICS = ("train_loss", "val_loss", "val_macro_f1", "test_macro_f1")
Look = Callable[..., AppTest]


def looks(base: Path, patch: pytest.MonkeyPatch) -> Iterator[Look]:
    """What opens a view of some runs with some settings in its address.

    Args:
        base: The session's temporary folder, where the store is made once.
        patch: Points the settings there while it is in use.
    """
    patch.delenv("MLFLOW_TRACKING_URI", raising=False)
    ids = _made(base / "drawn" / "var")
    patch.setenv("KCS_VAR", str(base / "drawn" / "var"))
    settings.cache_clear()

    def opened(*names: str, view: str = "Curves", **address: str | list[str]) -> AppTest:
        at = AppTest.from_function(_view, default_timeout=60)
        at.session_state["view"] = view
        if names:
            at.query_params["runs"] = ",".join(ids[name][:8] for name in names)
        for key, value in address.items():
            at.query_params[key] = value
        at.run()
        assert not at.exception and not at.error, [one.value for one in at.error]
        return at

    yield opened
    settings.cache_clear()


def text(at: AppTest) -> str:
    """All words of a page."""
    html = [one.value for one in at.get("html")]
    return "\n".join([*(one.value for one in (*at.caption, *at.markdown)), *html])


@lru_cache
def _made(var: Path) -> dict[str, str]:
    """Runs of a store that no test changes: ids by name."""
    here = Settings(var=var)
    found = {f"run {at}": own for at, own in enumerate(stores.make(here, 5, METRICS, 6))}
    found |= stores.odd(here)
    return found | {"often": stores.often(here, 2_500), "search": _search(here)}


def _search(here: Settings) -> str:
    """A search of ten trials, whose curves are in its trials alone."""
    from mlflow.entities import Metric, Param

    client = store.client(here)
    place = store.experiment(client, "kidney", here)
    whole = str(client.create_run(place, run_name="a search").info.run_id)
    client.log_metric(whole, "test_macro_f1", 0.6)
    for at in range(10):
        tags = {"mlflow.parentRunId": whole}
        trial = client.create_run(place, run_name=f"trial {at}", tags=tags).info.run_id
        values = [Metric("val_macro_f1", 0.4 + 0.03 * at + 0.01 * step, 1000 * step, step) for step in (1, 2)]
        drop = Param("model.dropout", f"{(at * 7 % 10) / 10}")
        client.log_batch(trial, values, [Param("training.learning_rate", f"{1e-4 * 1.5**at:g}"), drop])
        client.set_terminated(trial)
    client.set_terminated(whole)
    return whole


def _view() -> None:
    import streamlit as st

    from app.components.experiments.curves import curves
    from app.components.experiments.parallel import parallel
    from app.experiments import chosen
    from app.experiments.reading import reader
    from core.tracking.runs.values import Query

    views = {"Curves": curves.show, "Parallel": parallel.show}
    views[st.session_state.get("view", "Curves")](chosen.among(reader().runs(Query(parts=True))))
