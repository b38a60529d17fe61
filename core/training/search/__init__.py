"""Searches over parameters."""
