"""What `make bench` runs. Each module is a measurement: `python -m benchmarks.review`."""

import os

# as in `python -m app`: numpy's threads would only fight with those of the forward pass
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
