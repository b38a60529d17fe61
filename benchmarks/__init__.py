"""What `make bench` runs. Each module is a measurement: `python -m benchmarks.review`."""
