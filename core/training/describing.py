"""What a bundle's card says of the data that it was made from."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config.params import Params
from core.data import manifest
from core.data.manifest import Row
from core.training import selection


def data(
    name: str, everything: Sequence[Row], rows: Sequence[Row], held_out: Sequence[str], params: Params
) -> dict[str, Any]:
    """A card's ``data``.

    Args:
        name: The data set's.
        everything: Its whole manifest.
        rows: What was used of it.
        held_out: Patient blocks that the model has seen nothing of.
        params: The recipe.
    """
    used: NDArray[np.bool_] = selection.primary(rows)
    labels = manifest.classes(rows)
    counts = {label: sum(row.label == label for row in rows) for label in labels}
    reported = [row for row, kept in zip(rows, used, strict=True) if kept]
    blocks = {label: len({row.group for row in reported if row.label == label}) for label in labels}
    return {
        "name": name,
        "manifest": manifest.digest(everything),
        "slices": len(everything),
        "used": len(rows),
        "reported": int(used.sum()),
        "every": params.training.every,
        "classes": counts,
        "blocks": blocks,
        "groups": len({row.group for row in everything}),
        "series": len({row.series for row in everything}),
        "held_out": list(held_out),
        "params": params.model_dump(mode="json"),
    }
