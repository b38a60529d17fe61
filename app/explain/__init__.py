"""What the Explain page knows and asks; it draws nothing."""
