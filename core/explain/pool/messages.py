"""What the pool and its process say to each other: pickled, over a socket that nobody else has."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Do:
    """To the process: do this.

    Attributes:
        number: Which answer is to which work.
        at: ``module:function``.
        work: A pickled `core.explain.pool.works.Work`.
    """

    number: int
    at: str
    work: bytes


@dataclass(frozen=True, slots=True)
class Drop:
    """To the process: nobody wants this any more."""

    number: int


@dataclass(frozen=True, slots=True)
class Moved:
    """From the process: so far it is.

    Attributes:
        number: Of the work.
        share: How much is done, 0 to 1.
        said: What is being done now, for a person.
        loading: Whether a model is being loaded, which serves the next work too.
    """

    number: int
    share: float
    said: str
    loading: bool


@dataclass(frozen=True, slots=True)
class Done:
    """From the process: this came out, pickled."""

    number: int
    result: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """From the process: one sentence, and the same for a program."""

    number: int
    sentence: str
    code: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """From the process: it stopped, as it was told."""

    number: int


Answer = Done | Failed | Dropped
