"""Which parameters the Train page asks for, and which play a part beside the others."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from core.config.fields import parameters

Values = Mapping[str, Any]
"""Of every parameter, by its path, as JSON has it."""

LEFT_OUT: Final[Mapping[str, str]] = MappingProxyType(
    {"data.name": "the set is chosen above the form", "data.source": "the set is there already"}
    | {"data.preset": "the set is there already"}
    | dict.fromkeys(
        ("split.strategy", "split.folds", "split.parts", "split.seed"),
        "a set is split on the Data page, once for all runs",
    )
)
"""Parameters that the form doesn't ask for, and why not."""


def _epochs(values: Values) -> bool:
    return bool(values["training.fit"] == "epochs")


def _tunes(values: Values) -> bool:
    return _epochs(values) and values["training.unfreeze"] != "none"


def _regression(values: Values) -> bool:
    return not _epochs(values)


def _top(values: Values) -> bool:
    return _tunes(values) and bool(values["training.unfreeze"] == "top")


APPLIES: Final[Mapping[str, Callable[[Values], bool]]] = MappingProxyType(
    dict.fromkeys(
        (
            "split.dealings", "split.hold_out", "training.variants", "training.inverse_penalty",
            "training.nuisance_floor", "training.dimensions",
        ),
        _regression,
    )
    | dict.fromkeys(
        (
            "model.dropout", "training.balance", "training.epochs", "training.unfreeze", "training.patience",
            "training.monitor", "training.batch", "training.optimizer", "training.learning_rate",
            "training.schedule", "training.warmup", "training.weight_decay", "training.clip_norm",
            "training.label_smoothing", "training.mixup", "training.k_fold", "training.random_too",
            *(one.path for one in parameters() if one.section == "augmentation"),
        ),
        _epochs,
    )
    | dict.fromkeys(("training.head_epochs", "training.tuning_rate", "training.mixed_precision"), _tunes)
    | {"training.top_blocks": _top}
)  # fmt: skip
"""When a parameter plays a part; one that isn't here always does."""


def applies(path: str, values: Values) -> bool:
    """Whether a parameter plays a part beside the others."""
    rule = APPLIES.get(path)
    return rule is None or rule(values)
