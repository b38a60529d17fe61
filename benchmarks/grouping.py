"""Grouping 3,000, 6,000 and 12,000 slices: seconds and memory, each size in a process of its own."""

import json
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks import measure
from core.config.settings import ROOT, settings
from core.data import grouping, likeness, names
from core.data.grouping import Place
from core.data.synthetic import write_dataset

SIZES = (3000, 6000, 12000)
SECONDS, PEAK_MB, GROWTH = 120, 2048, 2.5
ZIPS = (measure.REAL, "kidney-ct-clahe224.zip")
DRAWN, RUN = 48, 40
Picture = tuple[Place, NDArray[np.uint8]]


def real(archives: list[Path]) -> Iterator[Picture]:
    """The public set in scan order, all classes side by side, then the same mirrored."""
    opened = {path: zipfile.ZipFile(path) for path in archives}
    found = [
        (names.sequence(PurePosixPath(name)), name, archive)
        for archive in opened.values()
        for name in archive.namelist()
        if name.lower().endswith(".jpg")
    ]
    found.sort(key=lambda one: (one[0][1], one[1]))
    for mirrored in (False, True):
        for (stem, number), name, archive in found:
            grey = cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_GRAYSCALE)
            label = PurePosixPath(name).parent.name
            yield (
                Place(label, f"mirrored {stem}" if mirrored else stem, number),
                cv2.flip(grey, 1) if mirrored else grey,
            )


def drawn() -> Iterator[Picture]:
    """A stand-in without end: runs of drawn slices, each turned, moved and scaled in its own way."""
    with tempfile.TemporaryDirectory() as place:
        files = write_dataset(Path(place), DRAWN // 4, 1, size=128)
        bank = [(path.parent.name, cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)) for path in files]
    chance = np.random.default_rng(0)
    number = 0
    while True:
        label, grey = bank[int(chance.integers(len(bank)))]
        turn, scale = chance.uniform(-180, 180), chance.uniform(0.6, 1.2)
        for step in range(RUN):
            matrix = cv2.getRotationMatrix2D((64, 64), turn + step, scale)
            number += 1
            yield Place(label, label, number), cv2.warpAffine(grey, matrix, (128, 128))


def group(count: int) -> dict[str, float | int | str]:
    """What one size costs. Peak memory never falls, so this needs a fresh process."""
    archives = [settings().shared_data / name for name in ZIPS]
    there = all(path.is_file() for path in archives)
    places, looks = [], []
    for place, grey in islice(real(archives) if there else drawn(), count):
        places.append(place)
        looks.append(likeness.look(grey))
    before = peak_mb()
    found: list[grouping.Groups] = []
    taken = measure.milliseconds(lambda: found.append(grouping.infer(places, looks))) / 1000
    return {
        "source": " + ".join(ZIPS) + ", mirrored beyond 7,551" if there else "drawn",
        "slices": len(places),
        "series": len(set(found[0].series)),
        "seconds": taken,
        "extra_mb": peak_mb() - before,
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """The most memory that this process ever held."""
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / (1024**2 if sys.platform == "darwin" else 1024)


def alone(count: int) -> dict[str, float | int | str]:
    """`group` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.grouping", str(count)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, float | int | str] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure and print."""
    if sys.argv[1:]:
        print(json.dumps(group(int(sys.argv[1]))))
        return
    rows = {count: alone(count) for count in SIZES}
    most = rows[SIZES[-1]]
    growth = float(most["extra_mb"]) / float(rows[SIZES[-2]]["extra_mb"])
    figures = {
        f"{key}_{count}": rows[count][key]
        for count in SIZES
        for key in ("seconds", "extra_mb", "peak_mb", "series")
    }
    measure.row(
        "grouping",
        source=most["source"],
        **figures,
        seconds_at_most=SECONDS,
        peak_mb_at_most=PEAK_MB,
        memory_growth_6000_to_12000=growth,
        memory_growth_at_most=GROWTH,
        met=float(most["seconds"]) < SECONDS and float(most["peak_mb"]) < PEAK_MB and growth <= GROWTH,
    )


if __name__ == "__main__":
    main()
