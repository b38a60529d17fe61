"""Explain without slices: what to do."""


def show() -> None:
    """Draw the invitation."""
