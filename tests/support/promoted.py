"""Bundles on the shelf and which of them answers, written as a promotion writes it."""

import shutil
import time
from pathlib import Path

from core.config.settings import Settings
from core.models.bundle import CARD, Card, load, write_card
from core.tracking.registry import in_use
from core.tracking.registry.in_use import Place
from core.tracking.registry.values import CHAMPION, Alias


def shelved(source: Path, settings: Settings, name: str, temperature: float = 0.8) -> Place:
    """Put a variation of a bundle on the shelf.

    Args:
        source: A bundle.
        settings: Where the shelf is.
        name: The variation's; "v3" is version 3, "other" a name without one.
        temperature: Another one gives other probabilities for the same slice.

    Returns:
        Its place, which answers once it is written with `promote`.
    """
    part = in_use.shelf(settings) / f".{name}"
    shutil.copytree(source, part)
    card = Card.model_validate_json((part / CARD).read_bytes())
    digest = write_card(part, card.model_copy(update={"name": name, "temperature": temperature})).digest
    folder = part.rename(part.with_name(digest))
    assert load(folder).digest == digest
    return Place(name.removeprefix("v"), digest, str(folder), time.time(), "somebody", "It is better.")


def promote(place: Place | None, settings: Settings, alias: Alias = CHAMPION) -> None:
    """Let a bundle answer from now on; None is the shipped model."""
    places = in_use.read(settings)
    places.pop(alias, None)
    in_use.write(places | ({alias: place} if place else {}), settings)
