"""Train with a job chosen, as another browser or a link would open it."""

from streamlit.testing.v1 import AppTest

from tests.app.conftest import MAIN, Studio


class Train(Studio):
    """Train in one session of its own.

    Args:
        job: The id that the address names; none if empty.
        address: What else it names.
    """

    def __init__(self, job: str = "", **address: str) -> None:
        self.at = AppTest.from_file(str(MAIN), default_timeout=30)
        for name, value in {"job": job, **address}.items():
            if value:
                self.at.query_params[name] = value
        self.at.switch_page("../pages/train.py").run()

    def address(self, name: str) -> str:
        """What the address says now; empty where it says nothing."""
        return "".join(self.at.query_params.get(name, ""))

    def has(self, key: str) -> bool:
        """Whether there is such a button or box."""
        return any(one.key == key for one in [*self.at.button, *self.at.checkbox])
