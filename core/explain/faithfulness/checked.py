"""What the randomisation check of Adebayo et al. 2018 (arXiv:1810.03292) found about a bundle's methods.

Values, and what is kept of them, for whoever reads them; `core.explain.faithfulness.sanity` measures them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from core.config.settings import Settings
from core.explain import kept
from core.models.bundle import Bundle

ALIKE: Final = 0.5
"""A map must be less alike than this, as rank correlation, to one of a model that knows nothing. At 0.5 a
quarter of the ranks' variance is shared. Below it, most of the map is from the weights; what is left are
edges and the body's outline, which any network with convolutions sees (Adebayo et al. 2018, figure 4)."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One method's maps, of the model and of the same model with random weights.

    Attributes:
        cascading: Mean similarity -1..1 by depth, as `Sanity.depths`: random from the head down to there.
        independent: The same with that part alone random.
        slices: How many slices that is the mean of; slices whose own map is flat aren't among them.
        flat: Share of the cascade's maps that were flat on random weights, 0..1: they count as changed.
    """

    cascading: tuple[float, ...]
    independent: tuple[float, ...]
    slices: int
    flat: float = 0.0

    @property
    def similarity(self) -> float:
        """With all weights random, -1..1."""
        return self.cascading[-1]

    @property
    def passed(self) -> bool:
        """Whether the maps change when the model knows nothing any more."""
        return self.similarity < ALIKE


@dataclass(frozen=True, slots=True)
class Sanity:
    """The check of one bundle; the same seed and slices give the same values.

    Attributes:
        depths: What was made random, for a person, the head first.
        methods: By key of the table.
        squares: How many slices were explained.
        seed: Of the random weights.
    """

    depths: tuple[str, ...]
    methods: Mapping[str, Checked]
    squares: int
    seed: int

    def to_json(self) -> dict[str, Any]:
        """For `core.explain.kept`, section ``"sanity"``."""
        rows = {key: {**asdict(one), "passed": one.passed} for key, one in sorted(self.methods.items())}
        return {"depths": list(self.depths), "squares": self.squares, "seed": self.seed, "alike": ALIKE,
                "methods": rows}  # fmt: skip

    @classmethod
    def from_json(cls, found: object) -> "Sanity | None":
        """From `core.explain.kept`; None where nothing, or nothing that can be read, was kept."""
        try:
            return cls._read(found)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    @classmethod
    def _read(cls, found: Any) -> "Sanity":
        depths = tuple(str(one) for one in found["depths"])
        methods = {str(key): _row(row, len(depths)) for key, row in found["methods"].items()}
        return cls(depths, methods, int(found["squares"]), int(found["seed"]))


def known(bundle: Bundle, settings: Settings) -> Mapping[str, Checked]:
    """What is kept of a bundle's methods, by key; empty where the check was never run.

    Args:
        bundle: The model.
        settings: Where what can't lie in the bundle is.
    """
    found = Sanity.from_json(kept.read(bundle, settings).get(kept.SANITY))
    return found.methods if found else {}


def _row(row: Mapping[str, Any], depths: int) -> Checked:
    cascading, independent = (tuple(float(x) for x in row[name]) for name in ("cascading", "independent"))
    if not depths or len(cascading) != depths or len(independent) != depths:
        raise ValueError(f"a method has one value a depth, got {len(cascading)} for {depths}")
    return Checked(cascading, independent, int(row["slices"]), float(row["flat"]))
