"""How fast this machine trains: what was measured on it, kept for the next estimate."""

import fcntl
import platform
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.config.params import Params
from core.config.settings import Settings
from core.storage import write_text, writing

FILE = "pace.json"
WORKER = "core.training.timing.worker"
"""Measures it."""


class Figures(BaseModel):
    """What was measured of a backbone at a size; None where nothing was."""

    model_config = ConfigDict(frozen=True)

    loading: float | None = Field(None, gt=0, description="until the network is ready, s")
    reading: float | None = Field(None, gt=0, description="slices read and cut, a second")
    features: float | None = Field(None, gt=0, description="squares through the frozen network, a second")
    head: float | None = Field(None, gt=0, description="features that the head learns from, a second")
    tuning: dict[str, float] = Field(
        default_factory=dict, description="squares learnt from, a second, by `mode`"
    )
    epoch: float = Field(0.0, ge=0, description="an epoch's own time, whatever it learns from, s")
    fit: float | None = Field(None, gt=0, description="a regression's head, s for 1,000 slices")


class Pace(BaseModel):
    """What was measured on a machine, by backbone and size."""

    model_config = ConfigDict(frozen=True)

    machine: str = ""
    figures: dict[str, Figures] = Field(default_factory=dict)

    def of(self, backbone: str, size: int) -> tuple[Figures | None, bool]:
        """What is known of a backbone at a size, and whether it was measured at that very size.

        A network's work grows with the area of its input, so another size's figures are scaled.
        """
        known = self.figures.get(_key(backbone, size))
        if known:
            return known, True
        sizes = [int(key.rpartition("/")[2]) for key in self.figures if key.startswith(f"{backbone}/")]
        if not sizes:
            return None, False
        nearest = min(sizes, key=lambda other: abs(other - size))
        return _scaled(self.figures[_key(backbone, nearest)], (nearest / size) ** 2), False


def read(settings: Settings) -> Pace:
    """What is known on this machine; nothing where it was never measured, or on another one."""
    here = Pace(machine=_machine(settings))
    try:
        found = Pace.model_validate_json((settings.var / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, ValidationError):
        return here
    return found if found.machine == here.machine else here


def learn(settings: Settings, backbone: str, size: int, found: Figures) -> Pace:
    """Keep what was measured beside what is known; a new figure takes the place of the old one.

    Args:
        settings: Where it is kept.
        backbone: A row of `core.models.backbones`.
        size: Side of its input, pixels.
        found: What isn't in it stays as it was.

    Raises:
        StorageError: The disk is full or can't be written to.
    """
    target, key = settings.var / FILE, _key(backbone, size)
    with writing(settings.var):
        settings.var.mkdir(parents=True, exist_ok=True)
        with _lock(target).open("a") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)
            known = read(settings)
            before = known.figures.get(key, Figures())
            new = found.model_dump(exclude_unset=True, exclude_none=True)
            new["tuning"] = {**before.tuning, **found.tuning}
            figures = {**known.figures, key: before.model_copy(update=new)}
            pace = known.model_copy(update={"figures": figures})
            write_text(target, pace.model_dump_json(indent=1) + "\n")
    return pace


def mode(params: Params) -> str:
    """What learns while the backbone is tuned, as `Figures.tuning` calls it: ``"all"``, ``"top 2"``."""
    chosen = params.training
    what = f"top {chosen.top_blocks}" if chosen.unfreeze == "top" else chosen.unfreeze
    return f"{what}, bfloat16" if chosen.mixed_precision else what


def _scaled(known: Figures, faster: float) -> Figures:
    tuning = {name: rate * faster for name, rate in known.tuning.items()}
    features = known.features and known.features * faster
    return known.model_copy(update={"features": features, "tuning": tuning})


def _key(backbone: str, size: int) -> str:
    return f"{backbone}/{size}"


def _machine(settings: Settings) -> str:
    """What a figure depends on beside the network: this machine, and how many threads it may use."""
    return f"{platform.node()}, {settings.threads} threads"


def _lock(target: Path) -> Path:
    return target.with_name(f".{target.name}.lock")
