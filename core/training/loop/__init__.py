"""Training in epochs: the head on frozen features, then blocks of the backbone."""
