import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Scan, Window
from core.imaging.window import PRESETS, apply, render


def hu(*values: float) -> np.ndarray:
    return np.array([values], np.float32)


def scan(pixels: np.ndarray, unit: str, window: Window | None = None) -> Scan:
    return Scan(pixels, unit, "s", "0", "DICOM", window=window)


def test_abdomen_window_by_hand() -> None:
    # PS3.3 C.11.2.1.2.1 with c = 40, w = 400: black up to 39.5 - 199.5 = -160, white above 239,
    # and between ((x - 39.5) / 399 + 0.5) * 255, so 39.5 HU is the middle, 127.5.
    shown = apply(hu(-1024, -160, -159, 0, 39, 40, 100, 238, 239, 240, 3071), Window(40, 400))
    by_hand = [0, 0, 1, 102, 127, 128, 166, 254, 255, 255, 255]
    assert shown.tolist() == [by_hand]


def test_a_width_of_one_is_a_step_at_centre_minus_half() -> None:
    assert apply(hu(39, 39.5, 39.6, 40), Window(40, 1)).tolist() == [[0, 0, 255, 255]]


def test_a_width_of_two_has_its_ramp_one_unit_wide() -> None:
    # c = 10, w = 2: from 9.5 - 0.5 = 9 to 10.
    assert apply(hu(9, 9.5, 10), Window(10, 2)).tolist() == [[0, 128, 255]]


@given(st.floats(-2000, 3000), st.floats(1, 5000), st.lists(st.floats(-4000, 8000), min_size=2, max_size=20))
def test_more_hounsfield_is_never_darker(center: float, width: float, values: list[float]) -> None:
    shown = apply(hu(*sorted(values)), Window(center, width))[0]
    assert (np.diff(shown.astype(int)) >= 0).all()


def test_the_given_window_beats_the_headers_which_beats_the_abdomens() -> None:
    pixels = hu(0, 300)
    bone = Window(400, 1800)
    assert render(scan(pixels, "HU")).tolist() == apply(pixels, PRESETS["Abdomen"]).tolist()
    assert render(scan(pixels, "HU", bone)).tolist() == apply(pixels, bone).tolist()
    assert render(scan(pixels, "HU", bone), PRESETS["Soft tissue"]).tolist() == [
        apply(pixels, Window(50, 350))[0].tolist()
    ]


def test_a_picture_keeps_the_window_it_was_exported_with() -> None:
    grey = np.array([[0, 7, 255]], np.uint8)
    assert render(scan(grey, "grey"), PRESETS["Bone"]).tolist() == [[0, 7, 255]]


@pytest.mark.parametrize(
    ("name", "center", "width"), [("Abdomen", 40, 400), ("Soft tissue", 50, 350), ("Bone", 400, 1800)]
)
def test_presets(name: str, center: float, width: float) -> None:
    assert PRESETS[name] == Window(center, width)


@pytest.mark.parametrize(("center", "width"), [(40, 0), (40, -5), (float("nan"), 400), (40, float("inf"))])
def test_a_window_that_cannot_be_is_refused(center: float, width: float) -> None:
    with pytest.raises(ValueError, match="width"):
        Window(center, width)
