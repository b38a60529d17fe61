"""What is different between runs, and whether the difference means anything."""
