"""Computing in bfloat16 with weights that stay float32."""

from typing import Any

from core.models.build import LOGITS

POLICY = "mixed_bfloat16"
"""bfloat16 has the range of float32, so the loss needs no scaling."""


def mixed(model: Any) -> Any:
    """A twin of a model with the same weights that computes in bfloat16; its logits stay float32.

    Args:
        model: A flat Keras model; left as it is.
    """
    import keras

    def twin(layer: Any) -> Any:
        fields = layer.get_config()
        if layer.name != LOGITS and not isinstance(layer, keras.layers.InputLayer):
            fields["dtype"] = POLICY
        return type(layer).from_config(fields)

    made = keras.models.clone_model(model, clone_function=twin)
    bring(model, made)
    return made


def bring(source: Any, target: Any) -> None:
    """Copy all weights between a model and its twin."""
    for theirs in source.layers:
        mine = target.get_layer(theirs.name)
        mine.trainable = theirs.trainable
        mine.set_weights(theirs.get_weights())
