"""Experiments as another browser or a link would open it."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

from tests.app.conftest import MAIN, Studio

TABLE, GROUPS = "t_table", "t_group_table"


class Experiments(Studio):
    """Experiments in one session of its own.

    Args:
        address: What the address names; a list is a parameter given several times.
    """

    def __init__(self, **address: str | list[str]) -> None:
        self.at = AppTest.from_file(str(MAIN), default_timeout=40)
        for name, value in address.items():
            self.at.query_params[name] = value
        self.at.switch_page("../pages/experiments.py").run()

    def sound(self) -> "Experiments":
        """Nothing unexpected happened."""
        super().sound()
        return self

    def rows(self, key: str = TABLE) -> pd.DataFrame:
        """A table's cells."""
        return next(one.value for one in self.at.dataframe if one.key == key)

    def said(self, column: str) -> list[str]:
        """What a column's cells say, as a person reads them."""
        element = next(one for one in self.at.dataframe if one.key == TABLE)
        from streamlit import dataframe_util

        shown = dataframe_util.convert_arrow_bytes_to_pandas_df(
            element.proto.arrow_data.styler.display_values
        )
        return [str(one) for one in shown.iloc[:, list(self.rows().columns).index(column)]]

    @property
    def names(self) -> list[str]:
        """Of the runs in the table, from the top."""
        return list(self.rows()["name"])

    def choose(self, rows: Sequence[int], key: str = TABLE) -> "Experiments":
        """Tick rows, and these only, as a click does."""
        self.at.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
        self.at.run()
        return self

    def press(self, key: str) -> "Experiments":
        self.at.button(key=key).click().run()
        return self

    def address(self, name: str) -> str:
        """What the address says now; empty where it says nothing."""
        return "".join(self.at.query_params.get(name, ""))

    def widget(self, kind: str, key: str) -> Any:
        return getattr(self.at, kind)(key=key)
