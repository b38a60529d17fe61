"""What is measured of where maps look on marked slices: a row a method and source, a row a source."""

from dataclasses import dataclass

from core.explain.localisation.intervals import Interval


@dataclass(frozen=True, slots=True)
class Ahead:
    """A method against the baseline that does best on the same slices.

    Attributes:
        against: The baseline's key.
        difference: The method's score less the baseline's, slice by slice.
    """

    against: str
    difference: Interval

    @property
    def verdict(self) -> str:
        """``"above"`` or ``"below"`` where the interval leaves no doubt, else ``"level"``."""
        low, high = self.difference.low, self.difference.high
        return (
            "above" if low is not None and low > 0 else "below" if high is not None and high < 0 else "level"
        )


@dataclass(frozen=True, slots=True)
class Localisation:
    """One method, or baseline, on one source's slices.

    What is explained is always the class of the marked lesion, whatever the model answers.

    Attributes:
        method: Its key, in `core.explain.methods.METHODS` or `baselines.TITLES`.
        source: Whose slices.
        label: The class explained.
        slices: How many.
        groups: Of how many persons.
        flat: How many maps were flat; each counts as a miss without heat on the lesion.
        pointing: Share of maps whose peak hits the lesion.
        energy: Mean share of heat on the lesion.
        outside: Mean share of heat outside the body, flat maps left out; None for a baseline or where all
            are flat.
        ahead_pointing: Against the best baseline; None for a baseline.
        ahead_energy: Likewise.
        milliseconds: Median time of a map; 0 for a baseline.
    """

    method: str
    source: str
    label: str
    slices: int
    groups: int
    flat: int
    pointing: Interval
    energy: Interval
    outside: float | None = None
    ahead_pointing: Ahead | None = None
    ahead_energy: Ahead | None = None
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Source:
    """What the slices of one source are, and what the model answers on them.

    Attributes:
        name: The source.
        label: The class of its lesions.
        slices: How many.
        groups: Of how many persons.
        answered: Share on which the lesion's class is the most probable one, declined or not.
        area: Median share of the slice that the lesion takes.
    """

    name: str
    label: str
    slices: int
    groups: int
    answered: Interval
    area: float
