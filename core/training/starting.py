"""What a training starts from: the network with its starting weights, and what makes features with it."""

from typing import Any

from core.config.params import Params
from core.config.settings import Settings
from core.imaging.preprocess import PreprocessSpec
from core.models import build
from core.training.features import Extractor, pooled_network

_converted: dict[str, bytes] = {}
"""The last network as LiteRT, by its digest: trainings of one run mostly start from the same."""


def spec_of(params: Params) -> PreprocessSpec:
    """The preprocessing that parameters ask for."""
    chosen = params.model
    return PreprocessSpec(size=chosen.size, crop_body=chosen.crop_body, clahe_clip=chosen.clahe_clip)


def network(params: Params, classes: int, settings: Settings) -> Any:
    """A Keras model with the starting weights that parameters ask for.

    Raises:
        StudioError: There is no such backbone, or not with these weights.
    """
    import keras

    # what has no other weights begins at random ones, the same for the same seed
    keras.utils.set_random_seed(params.training.seed)
    chosen = params.model
    model = build.build(chosen.backbone, chosen.size, classes, chosen.dropout)
    build.start(model, chosen.start, settings.shipped_bundle)
    return model


def extractor(model: Any, params: Params, settings: Settings) -> Extractor:
    """Features as a model's backbone gives them with the weights it has now."""
    digest = build.backbone_digest(model)
    if digest not in _converted:
        _converted.clear()
        _converted[digest] = pooled_network(model)
    return Extractor(
        _converted[digest],
        digest,
        spec_of(params),
        params.training.seed,
        settings,
    )
