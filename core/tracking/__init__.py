"""Runs in MLflow: written without getting in the way of a training, and read."""
