"""Memory and start of the web process, against the same app importing TensorFlow."""

import sys
from time import perf_counter

import httpx

from benchmarks import measure

REVIEWS = 50
WITH_TENSORFLOW = [
    sys.executable,
    "-c",
    "import sys, tensorflow; from app.__main__ import main; sys.exit(main())",
]


def observe(command: list[str] | None) -> tuple[float, float]:
    """Seconds from start to the first answer, and MB resident after the reviews."""
    files, _ = measure.slices(REVIEWS)
    with measure.server(command) as running, httpx.Client(timeout=120) as http:
        for number, data in enumerate(files):
            http.post(f"{running.url}/v1/predict", files=[("files", ("slice", data))]).raise_for_status()
            if number == 0:
                first = perf_counter() - running.started
        return first, running.resident_mb()


def main() -> None:
    """Measure and print."""
    observe(None)  # both start from a warm page cache
    first, resident = observe(None)
    first_tf, resident_tf = observe(WITH_TENSORFLOW)
    measure.row(
        "web_process",
        reviews=REVIEWS,
        first_answer_s=first,
        resident_mb=resident,
        with_tensorflow_first_answer_s=first_tf,
        with_tensorflow_resident_mb=resident_tf,
        met=first < first_tf and resident < resident_tf,
    )


if __name__ == "__main__":
    main()
