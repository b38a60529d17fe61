"""Data sets: ingest, group, split, and the synthetic slices."""
