"""The process that trains: ``python -m core.training.worker FOLDER``."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from core.config.settings import settings
from core.jobs.reporter import Reporter, run
from core.training.request import Request


def do(report: Reporter) -> Mapping[str, Any]:
    """Do a job's request. What was finished before a break is taken up again: features, epochs, trainings.

    Raises:
        InputError: The request asks for what there isn't.
        StudioError: What `core.training.recording.recorded` raises.
    """
    request = Request.read(report.job.request)
    # loads the network's code, which a request that can't be done has no use for
    from core.training.recording import recorded

    return recorded(request, report, settings())


if __name__ == "__main__":
    # TensorFlow's own log says nothing that a person could act on
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.exit(run(sys.argv[1:], do))
