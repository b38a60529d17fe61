"""Which model answers, the gate to another, the way back."""
