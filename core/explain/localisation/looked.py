"""What is known of where a bundle looks, for its model card: what can be read of it, fit for JSON."""

from collections.abc import Mapping
from typing import Any, Final

from core.config.settings import Settings
from core.explain import kept
from core.explain.faithfulness.checked import Sanity
from core.explain.localisation import baselines, keeping
from core.explain.methods import METHODS
from core.models.bundle import Bundle

TITLES: Final[Mapping[str, str]] = {**{key: one.title for key, one in METHODS.items()}, **baselines.TITLES}
"""Of methods and baselines, by key."""


def found(bundle: Bundle, settings: Settings) -> dict[str, Any]:
    """The sections of explanations.json that hold something whole; the others aren't in it.

    Args:
        bundle: The model.
        settings: Where what can't lie in the bundle is.
    """
    raw = kept.read(bundle, settings)
    looks, checked = keeping.read(raw), Sanity.from_json(raw.get(kept.SANITY))
    told: dict[str, Any] = {}
    if checked and checked.methods:
        told[kept.SANITY] = checked.to_json()
    if looks.rows:
        told[kept.LOCALISATION] = looks.located()
    if looks.outside:
        told[kept.OUTSIDE] = looks.beyond()
    return told
