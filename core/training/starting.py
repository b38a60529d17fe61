"""What a training starts from: the network with its starting weights, and what makes features with it."""

from typing import Any

from core.config.params import Params
from core.config.settings import Settings
from core.imaging.preprocess import PreprocessSpec
from core.models import build
from core.training.inputs import converted
from core.training.inputs.features import Extractor


class _Last:
    """The model that was built last, and its starting weights."""

    key: tuple[Any, ...] | None = None
    model: Any = None
    weights: Any = None


_last = _Last()


def network(params: Params, classes: int, settings: Settings) -> Any:
    """A Keras model with the starting weights that parameters ask for, and none of its layers set to learn.

    Building takes seconds, so the trainings of a run share one: it is theirs until the next asks for it,
    and what came out of it is kept as weights.

    Raises:
        StudioError: There is no such backbone, or not with these weights.
    """
    chosen, seed = params.model, params.training.seed
    key = (chosen.backbone, chosen.start, chosen.size, chosen.dropout, classes, seed)
    if _last.key != key:
        _last.model = _built(params, classes, settings)
        _last.weights = _last.model.get_weights()
        _last.key = key
    _last.model.set_weights(_last.weights)
    build.unfreeze(_last.model, "none", 0)
    return _last.model


def _built(params: Params, classes: int, settings: Settings) -> Any:
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
