"""Answers from a bundle, without TensorFlow."""
