"""One view of Experiments with some runs chosen, without the table above it."""

import json
from html.parser import HTMLParser
from typing import Any

from streamlit.testing.v1 import AppTest


def _script(view: str, several: list[str]) -> None:
    import importlib

    from app.experiments.reading import reader

    shown = importlib.import_module(f"app.components.experiments.{view}.{view}")
    shown.show([reader().run(one) for one in several])


class View:
    """A view in a session of its own.

    Args:
        view: Its module.
        several: Ids of the chosen runs.
        address: What the address names.
    """

    def __init__(self, view: str, *several: str, **address: str) -> None:
        self.at = AppTest.from_function(_script, default_timeout=40, args=(view, [*several]))
        for name, value in address.items():
            self.at.query_params[name] = value
        self.run()

    def run(self) -> "View":
        """Draw it again; nothing unexpected happens."""
        self.at.run()
        assert not self.at.exception, self.at.exception
        assert "Something unexpected" not in self.text
        return self

    @property
    def text(self) -> str:
        """All words, markup included."""
        found = [*self.at.markdown, *self.at.caption, *self.at.error]
        return "\n".join([*(one.value for one in found), *(one.value for one in self.at.get("html"))])

    @property
    def mounted(self) -> list[dict[str, Any]]:
        """What the components of our own were given."""
        return [json.loads(one.proto.json) for one in self.at.get("bidi_component")]

    def block(self, part: str) -> str:
        """The piece of HTML that has some words."""
        return next(one.value for one in self.at.get("html") if part in one.value)

    def tags(self) -> set[str]:
        """Every element that the HTML has."""
        parser = _Tags()
        for one in self.at.get("html"):
            parser.feed(one.value)
        return parser.found


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not any(name.startswith("on") for name, _ in attrs)
        self.found.add(tag)
