"""Which model answers: measured against the one before, read by a person, changed at once, taken back."""
