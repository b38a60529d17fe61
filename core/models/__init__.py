"""Building, exporting and storing models."""
