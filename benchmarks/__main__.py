"""``python -m benchmarks [NAME...]``: measure all or some, write results.json and docs/performance.md."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.config.settings import ROOT, settings
from core.models.bundle import load

NAMES = (
    "review",
    "tutorial",
    "web_process",
    "parallel",
    "grouping",
    "decoding",
    "trainer",
    "backbones",
    "real_sets",
    "experiments",
    "explain",
    "localisation",
)
RESULTS = ROOT / "benchmarks" / "results.json"
TABLE = ROOT / "docs" / "performance.md"
TITLES = {
    "review": "Warm review, bytes to probabilities and four laid heatmaps, against the bare forward pass",
    "tutorial": "Warm review, against `keras.models.load_model` on a VGG16 and `predict` for every request",
    "web_process": "Web process, start to first answer and memory, against the same app importing TensorFlow",
    "parallel": "Ten clients over HTTP, two different pictures",
    "grouping": "Grouping 3,000, 6,000 and 12,000 slices, each size in a process of its own",
    "decoding": "Reading slices as ingest does, against plain `cv2.imread` on the same files, one thread",
    "trainer": "Training on features computed once, against a forward pass each epoch; and fed by tf.data, "
    "against from memory",
    "backbones": "Every backbone: the forward pass of its export, and images learnt from a second",
    "real_sets": "The public sets, every fold tested once: by patient block, and at random, which leaks",
    "experiments": "Reading 1,000 runs x 6 metrics x 50 points, against a loop of `get_metric_history`",
    "explain": "Every method's map, against the forward pass and against tf-keras-vis called plainly",
    "localisation": "Where the shipped model's maps look, against maps that know nothing of the model",
}


def run(name: str) -> dict[str, Any]:
    """One measurement, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    line = done.stdout.decode().splitlines()[-1]
    print(line, flush=True)
    found: dict[str, Any] = json.loads(line)
    return found


def machine() -> dict[str, Any]:
    """What it was measured on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    ref = load(settings().shipped_bundle).ref
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "model": f"{ref.name} {ref.version}",
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
    }


def page(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    where = results["machine"]
    lines = [
        "# Performance",
        "",
        "Written by `make bench`; don't edit. Ratios are taken within one run, on one machine.",
        "",
        f"{where['processor']}, {where['cores']} cores, load {where['load']} at the start, "
        f"Python {where['python']}, model {where['model']}, {where['measured']}.",
    ]
    for one in results["rows"]:
        name = one["benchmark"]
        lines += ["", f"## {TITLES[name]}", "", f"`python -m benchmarks.{name}`"]
        figures = {key: value for key, value in one.items() if key not in ("benchmark", "table")}
        lines += _table([{"figure": key.replace("_", " "), "value": figures[key]} for key in figures])
        lines += _table(one.get("table", []))
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Rows with the same columns, as Markdown after an empty line; nothing for none."""
    if not rows:
        return []
    head = ["", f"| {' | '.join(rows[0])} |", f"|{'---|' * len(rows[0])}"]
    return [*head, *(f"| {' | '.join(_shown(value) for value in row.values())} |" for row in rows)]


def _shown(value: Any) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def main() -> None:
    """Measure all, or what is named. A missed target is a result, said here, not a failure to measure."""
    wanted = sys.argv[1:] or NAMES
    where = machine()
    before = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"] if RESULTS.is_file() else []
    rows = {one["benchmark"]: one for one in before} | {name: run(name) for name in wanted}
    results = {"machine": where, "rows": [rows[name] for name in NAMES if name in rows]}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    TABLE.write_text(page(results), encoding="utf-8")
    missed = [one["benchmark"] for one in results["rows"] if not one.get("met", True)]
    print(f"targets missed: {', '.join(missed) or 'none'}")


if __name__ == "__main__":
    main()
