"""Cases as what the API sends."""

import base64
import binascii
import json
from typing import Any

from core.config.settings import Limits
from core.explain import cam, overlay
from core.imaging.decode import decode
from core.imaging.intake import Refused
from core.imaging.window import render
from core.inference import record
from core.inference.batch import Case
from core.inference.predictor import Predictor
from core.serving.problems import UploadError

HEATMAP_SLICES = 100
"""Slices of a request that get heatmaps; a picture of each class weighs some 100 KB."""

_WHITESPACE = str.maketrans("", "", " \t\r\n")
_URL_SAFE = str.maketrans("-_", "+/")


def entry(item: Case | Refused, heatmaps: bool) -> dict[str, Any]:
    """One result, with a picture per class where asked for."""
    fields = record.of(item)
    if isinstance(item, Case) and heatmaps:
        fields["heatmaps"] = _pictures(item)
    return fields


def _pictures(case: Case) -> list[dict[str, Any]]:
    grey = render(case.scan)
    pictures = []
    for label, heat in cam.heatmaps(case.prediction).items():
        data = overlay.encode(overlay.blend(grey, heat.values))
        image = base64.b64encode(data).decode("ascii")
        pictures.append({"label": label, "peak": heat.peak, "mime": overlay.MIME, "image": image})
    return pictures


def plain(raw: bytes, predictor: Predictor, limits: Limits) -> list[dict[str, Any]]:
    """Answer ``{"image": "<base64>"}`` the way older clients expect.

    Returns:
        An entry a slice; "image" is its class, or "declined".

    Raises:
        UploadError: The body isn't such JSON.
        InputError: The picture can't be read.
    """
    scans = decode(picture(raw), "The image", limits)
    return [_plain_entry(Case(scan, predictor.predict(scan))) for scan in scans]


def _plain_entry(case: Case) -> dict[str, Any]:
    fields = record.of(case)
    first = {"image": case.prediction.label or "declined", "probability": case.prediction.top[1]}
    kept = ("label", "declined", "probabilities", "reasons", "warnings", "model")
    return first | {name: fields[name] for name in kept}


def picture(raw: bytes) -> bytes:
    """The bytes in ``{"image": "<base64>"}``.

    A data URL's prefix, line breaks, the URL-safe alphabet and missing padding are forgiven.

    Raises:
        UploadError: The body isn't such JSON, or the text isn't base64.
    """
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        raise UploadError('The body is not JSON. Send {"image": "<base64>"}.', "bad-json", 400) from None
    text = fields.get("image") if isinstance(fields, dict) else None
    if not isinstance(text, str) or not text:
        raise UploadError('The body has no text in "image". Send {"image": "<base64>"}.', "no-image", 422)
    if text[:5].lower() == "data:":
        text = text.partition(",")[2]
    text = text.translate(_WHITESPACE).translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise UploadError(
            'The text in "image" is not base64. Encode the file\'s bytes.', "bad-base64", 400
        ) from None
