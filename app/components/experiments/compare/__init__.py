"""The chosen runs side by side."""
