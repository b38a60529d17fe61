"""Measuring: metrics, calibration, reports. Pure numbers in, numbers out."""
