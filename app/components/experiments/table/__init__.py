"""The table of runs, and what is done with those chosen in it."""
