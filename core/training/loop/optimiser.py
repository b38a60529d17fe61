"""How steps are taken."""

from typing import Any

from core.config.params import Training

MOMENTUM = 0.9
_UNDECAYED = ["bias", "gamma", "beta"]


def make(training: Training, variables: list[Any]) -> Any:
    """A Keras optimiser of these variables.

    Its learning rate is 0 until a step sets it. Gradients longer than ``clip_norm`` together are
    shortened to it. Weights are decayed beside the gradient (Loshchilov and Hutter 2019,
    arXiv:1711.05101), by adamw and sgd; biases and what normalises are not.
    """
    import keras

    common: dict[str, Any] = {"learning_rate": 0.0, "global_clipnorm": training.clip_norm or None}
    if training.optimizer == "adam":
        made = keras.optimizers.Adam(**common)
    elif training.optimizer == "rmsprop":
        made = keras.optimizers.RMSprop(**common)
    elif training.optimizer == "sgd":
        made = keras.optimizers.SGD(**common, momentum=MOMENTUM, weight_decay=training.weight_decay or None)
    else:
        made = keras.optimizers.AdamW(**common, weight_decay=training.weight_decay)
    if made.weight_decay:
        made.exclude_from_weight_decay(var_names=_UNDECAYED)
    made.build(variables)
    return made
