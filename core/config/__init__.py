"""Where things are (settings) and what is trained (params)."""
