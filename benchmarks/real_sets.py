"""The public sets trained as the command line and the page train them: by patient block, and at random."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from core.config.settings import ROOT, settings

SETS = {
    "kidney-4": (("kidney-ct.zip", "kidney-ct-clahe224.zip"), "kidney-4"),
    "kidney-binary": (("kidney-binary-465.zip",), "kidney-binary"),
    "chest-4": (("chest-ct.zip",), "chest-4"),
}
CHANGES = ("training.k_fold=true", "training.random_too=true")


def core(var: Path, *words: str) -> dict[str, Any]:
    """A verb of the command line; what it says last on stdout."""
    done = subprocess.run(
        [sys.executable, "-m", "core", *words, "--json"],
        cwd=ROOT, env={**os.environ, "KCS_VAR": str(var)}, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.decode().splitlines()[-1])
    return found


def measured(name: str, var: Path) -> dict[str, Any]:
    """A set ingested, and trained on with every fold tested once."""
    zips, preset = SETS[name]
    for number, file in enumerate(zips):
        more = ("--add",) if number else ("--preset", preset)
        core(var, "ingest", str(settings().shared_data / file), "--name", name, *more)
    changes = [word for one in CHANGES for word in ("--set", one)]
    begun = time.monotonic()
    made = core(var, "train", "--dataset", name, *changes)
    seconds = time.monotonic() - begun
    scores = json.loads((var / "jobs" / made["job"] / "scores.json").read_text(encoding="utf-8"))
    grouped, random = (scores["metrics"][split] for split in ("grouped_cv", "random_test"))
    return {
        "data set": name,
        "slices": grouped["slices"],
        "patient blocks": grouped["groups"],
        "folds": grouped["folds"],
        "macro F1 by block": interval(grouped["macro_f1"]),
        "accuracy by block": interval(grouped["accuracy"]),
        "AUC by block": grouped["auc"],
        "ECE by block": grouped["ece"],
        "macro F1 at random (leaks)": random["macro_f1"]["value"],
        "accuracy at random (leaks)": random["accuracy"]["value"],
        "minutes": round(seconds / 60, 1),
    }


def interval(figure: dict[str, float]) -> str:
    """A figure with its 95 % interval."""
    return f"{figure['value']:.2f} ({figure['low']:.2f} to {figure['high']:.2f})"


def main() -> None:
    """Train on every set; one line of JSON."""
    with tempfile.TemporaryDirectory() as made:
        table = [measured(name, Path(made)) for name in SETS]
    print(json.dumps({"benchmark": "real_sets", "recipe": "params.yaml, every fold", "table": table}))


if __name__ == "__main__":
    main()
