"""Zips of corrections, made by hand as docs/corrections.md says, so that they can be spoilt."""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.scans import png

Fields = dict[str, Any]


def correction(pixels: np.ndarray, label: str, **fields: Any) -> tuple[Fields, bytes]:
    """What the list says of a picture, and its file."""
    data = png(pixels)
    digest = hashlib.sha256(data).hexdigest()
    said: Fields = {
        "file": f"{label}/{digest}.png", "label": label, "sha256": digest, "source_sha256": digest,
        "patient": "", "window": None,
        "given": {
            "model": {"name": "kidney-4", "version": "1", "digest": "0" * 64},
            "label": "Normal", "probabilities": {"Cyst": 0.25, "Normal": 0.75},
        },
    }  # fmt: skip
    return {**said, **fields}, data


def listing(slices: Sequence[Fields], **fields: Any) -> str:
    said: Fields = {"format": 1, "created": "2026-11-21T12:00:00Z", "slices": list(slices)}
    return json.dumps({**said, **fields})


def packed(target: Path, text: str, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("corrections.json", text)
        for name, data in files.items():
            archive.writestr(name, data)
    return target


def zipped(target: Path, *corrections: tuple[Fields, bytes]) -> Path:
    """A zip as Review makes it."""
    files = {said["file"]: data for said, data in corrections}
    return packed(target, listing([said for said, _ in corrections]), files)
