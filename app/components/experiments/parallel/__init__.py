"""Many runs at once: parallel coordinates, scatter, importance."""
