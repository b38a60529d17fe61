"""What the browser lays over the slice is what the reports show."""

import base64

import cv2
import numpy as np
import pytest

from app import pictures
from core.explain import overlay


def _decoded(uri: str) -> np.ndarray:
    data = base64.b64decode(uri.partition(",")[2])
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize("opacity", [0.0, 0.3, 0.45, 1.0])
@pytest.mark.parametrize("colour_map", overlay.COLOUR_MAPS)
def test_layer_at_an_opacity_is_the_blend_of_the_reports(opacity: float, colour_map: str) -> None:
    rng = np.random.default_rng(5)
    grey = rng.integers(0, 256, (200, 160), dtype=np.uint8)
    heat = cv2.resize(rng.random((7, 7), dtype=np.float32), (160, 200), interpolation=cv2.INTER_LINEAR)
    layer = _decoded(pictures.layer_uri(heat, colour_map)).astype(float)
    share = opacity * layer[..., 3:] / 255
    browser = share * layer[..., 2::-1] + (1 - share) * grey[..., None]
    report = overlay.blend(grey, heat, opacity, colour_map)
    assert np.abs(browser - report).max() <= 2.5


def test_a_large_slices_layer_is_small_and_keeps_its_shape() -> None:
    layer = _decoded(pictures.layer_uri(np.ones((512, 1024), np.float32), "inferno"))
    assert layer.shape == (128, 256, 4)


def test_thumbnails_keep_their_shape_and_never_grow() -> None:
    assert _decoded(pictures.thumbnail_uri(np.zeros((512, 256), np.uint8))).shape[:2] == (96, 48)
    assert _decoded(pictures.thumbnail_uri(np.zeros((20, 30), np.uint8))).shape[:2] == (20, 30)


def test_gradient_runs_from_no_heat_to_full_heat() -> None:
    first, last = overlay.COLOUR_MAPS["viridis"][[0, 255]]
    css = pictures.gradient("viridis")
    assert css.startswith(f"linear-gradient(90deg, #{first.tobytes().hex()},")
    assert css.endswith(f"#{last.tobytes().hex()})")
