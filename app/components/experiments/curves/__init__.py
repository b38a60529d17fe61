"""Curves of the chosen runs."""
