"""Runs as they were recorded, read back."""
