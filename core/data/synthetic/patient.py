"""One made-up person: the numbers that stay the same from slice to slice."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Phase = Literal["nephrographic", "unenhanced"]
PHASES: tuple[Phase, ...] = ("nephrographic", "unenhanced")


@dataclass(frozen=True, slots=True)
class Tissue:
    """Mean Hounsfield units of one person in one contrast phase."""

    fat: float
    muscle: float
    liver: float
    spleen: float
    aorta: float
    cava: float
    cortex: float
    medulla: float
    urine: float
    bowel_wall: float


@dataclass(frozen=True, slots=True)
class Patient:
    """Shape and habitus. Lengths in mm; see `canvas` for the axes.

    Attributes:
        seed: Where every texture of this person starts.
        phase: Contrast phase of the scan.
        tissue: Hounsfield units.
        scale: Size of organs against an average adult.
        width: Half width of the muscle wall.
        front: Distance from the vertebra's middle to the front of the muscle wall.
        back: Distance to the back of the back muscles.
        fat_side: Thickness of the fat under the skin, at the flanks.
        fat_front: The same in front.
        wall: Thickness of the flank's muscles.
        kidneys: Half axes (x, y) and half height of the right and the left kidney.
        kidney_z: Height of each kidney's middle against z = 0.
        spine_z: Where in the vertebra z = 0 lies, mm.
        field_of_view: Side of the reconstructed square.
        shift: How far (x, y) the body lies off the square's middle.
        noise: Noise at the body's middle, HU.
    """

    seed: int
    phase: Phase
    tissue: Tissue
    scale: float
    width: float
    front: float
    back: float
    fat_side: float
    fat_front: float
    wall: float
    kidneys: tuple[tuple[float, float, float], tuple[float, float, float]]
    kidney_z: tuple[float, float]
    spine_z: float
    field_of_view: float
    shift: tuple[float, float]
    noise: float


def tissue(rng: np.random.Generator, phase: Phase) -> Tissue:
    """Values of one person: textbook means with a spread between people."""
    enhanced = phase == "nephrographic"

    def pick(plain: float, contrast: float, spread: float) -> float:
        return float((contrast if enhanced else plain) + rng.uniform(-spread, spread))

    return Tissue(
        fat=pick(-106, -104, 4),
        muscle=pick(52, 62, 5),
        liver=pick(60, 102, 6),
        spleen=pick(48, 112, 5),
        aorta=pick(42, 160, 5),
        cava=pick(40, 140, 5),
        cortex=pick(35, 172, 4),
        medulla=pick(32, 148, 3),
        urine=pick(6, 8, 4),
        bowel_wall=pick(42, 78, 6),
    )


def patient(seed: int, phase: Phase | None = None) -> Patient:
    """The person number ``seed``; the phase is theirs unless one is asked for."""
    rng = np.random.default_rng([seed, 1])
    chosen: Phase = PHASES[int(rng.random() < 0.5)]
    scale = float(rng.uniform(0.92, 1.07))
    fat_side = float(rng.uniform(10, 26))
    width = scale * float(rng.uniform(136, 150))
    placing = np.random.default_rng([seed, 3])
    sizes = tuple(
        (scale * rng.uniform(26, 30), scale * rng.uniform(29, 33), scale * rng.uniform(50, 60))
        for _ in range(2)
    )
    return Patient(
        seed=seed,
        phase=phase or chosen,
        tissue=tissue(np.random.default_rng([seed, 2]), phase or chosen),
        scale=scale,
        width=width,
        front=scale * float(rng.uniform(108, 132)),
        back=scale * float(rng.uniform(66, 72)),
        fat_side=fat_side,
        fat_front=fat_side * float(rng.uniform(0.6, 1.3)),
        wall=scale * float(rng.uniform(15, 21)),
        kidneys=(sizes[0], sizes[1]),
        kidney_z=(float(rng.uniform(-12, 2)), float(rng.uniform(0, 14))),
        spine_z=float(rng.uniform(-6, 26)),
        field_of_view=2 * (width + fat_side) * float(placing.uniform(1.08, 1.42)),
        shift=(float(placing.uniform(-12, 12)), float(placing.uniform(-28, 22))),
        noise=float(rng.uniform(10, 14.5)),
    )
