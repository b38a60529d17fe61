"""Networks as LiteRT: converting one takes seconds, and trainings mostly start from the same."""

import hashlib
import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.config.settings import Settings
from core.models import build
from core.training.inputs.features import pooled_network

KEPT = 6
"""Networks on the disk; what was used longest ago goes."""

_log = logging.getLogger(__name__)
_last: dict[str, bytes] = {}
"""The last one, for the trainings of one run."""


def pooled(model: Any, settings: Settings) -> tuple[bytes, str]:
    """A model's network from grey square to pooled features.

    Args:
        model: From `core.models.build.build`, with the weights it has now.
        settings: Where converted networks are kept.

    Returns:
        The .tflite file's bytes, and a digest that stands for the weights.
    """
    digest = build.backbone_digest(model)
    size = model.input_shape[1]
    key = hashlib.sha256(f"{digest} {size}".encode()).hexdigest()[:32]
    if key not in _last:
        _last.clear()
        _last[key] = _kept(settings.var / "networks" / f"{key}.tflite", model)
    return _last[key], digest


def _kept(path: Path, model: Any) -> bytes:
    try:
        found = path.read_bytes()
        os.utime(path)
    except OSError:
        found = pooled_network(model)
        # a training goes on where this can't be written: the next one converts again
        try:
            _keep(path, found)
        except OSError as error:
            _log.warning("a converted network can't be kept: %s", error.strerror)
    return found


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(prefix=".", dir=path.parent, delete=False) as part:
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    for old in sorted(path.parent.iterdir(), key=_used, reverse=True)[KEPT:]:
        with suppress(OSError):
            old.unlink()


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
