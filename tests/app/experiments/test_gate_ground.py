"""The gate's page says on what the two were compared."""

import pytest
from streamlit.testing.v1 import AppTest


def page(logged: bool) -> None:
    from app.components.experiments.models import gate
    from core.promotion.gate import Gate

    told = {"candidate": "a", "champion": "b", "champion_name": "shipped", "at": 1.0, "checks": ()}
    gate.show(Gate(**told, dataset="kidney", slices=1646, groups=50, logged=logged), "v2")


@pytest.mark.parametrize(
    ("logged", "said"),
    [
        (False, "on 1,646 slices of 50 patient blocks of kidney that neither has learnt from"),
        (
            True,
            "by what both had logged about 1,646 slices of 50 patient blocks of kidney while the patients",
        ),
    ],
)
def test_it_says_what_was_compared(logged: bool, said: str) -> None:
    at = AppTest.from_function(page, default_timeout=30, kwargs={"logged": logged}).run()
    assert not at.exception
    assert said in at.get("html")[0].proto.body
