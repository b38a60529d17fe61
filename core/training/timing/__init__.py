"""How long a training takes here, before it starts."""
