"""Making a bundle out of a data set. Runs in worker processes only."""
