"""Bytes to slices, slices to model input. Knows no model and no label."""
