"""Scripts and styles of the components that Streamlit doesn't have."""

from pathlib import Path

_HERE = Path(__file__).parent


def text(name: str) -> str:
    """The text of a file in this folder."""
    return (_HERE / name).read_text(encoding="utf-8")
