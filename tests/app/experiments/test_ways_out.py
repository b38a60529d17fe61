"""Leaving Experiments for another page."""

import ast
from pathlib import Path

import pytest

from tests.app.conftest import MAIN

VIEWS = MAIN.parent / "components" / "experiments"


@pytest.mark.parametrize("path", sorted(VIEWS.rglob("*.py")), ids=lambda path: path.stem)
def test_a_way_out_names_the_parameters_of_the_next_page(path: Path) -> None:
    """Streamlit refuses to leave for a page without, while widgets have theirs in the address."""
    calls = [one for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.Call)]
    leaving = [one for one in calls if isinstance(one.func, ast.Attribute) and one.func.attr == "switch_page"]
    assert all(any(word.arg == "query_params" for word in one.keywords) for one in leaving)
