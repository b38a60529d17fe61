"""Scripts and styles of the components that Streamlit doesn't have."""

from pathlib import Path

_HERE = Path(__file__).parent


def text(*names: str) -> str:
    """The text of a file in this folder, or of several as one: what the first defines, the next uses."""
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)
