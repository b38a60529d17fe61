"""What a training starts from: the network with its starting weights, and what makes features with it."""

from typing import Any

from core.config.params import Params
from core.config.settings import Settings
from core.imaging.preprocess import PreprocessSpec
from core.models import build
from core.training import converted
from core.training.features import Extractor


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
    network, digest = converted.pooled(model, settings)
    return Extractor(network, digest, PreprocessSpec.of(params.model), params.training.seed, settings)
