from dataclasses import replace

import numpy as np
import pytest

from core.config.settings import Limits
from core.domain import Scan
from core.imaging.decode import decode
from core.imaging.preprocess import PreprocessSpec, model_grey
from core.imaging.quality import check, roughness
from tests.imaging.conftest import shared


def judged(grey: np.ndarray, **facts: object) -> list[str]:
    scan = replace(Scan(grey, "grey", "s", "0", "PNG"), **facts)
    reasons = check(grey, scan)
    assert all(reason.sentence.endswith((".", "?")) for reason in reasons)
    return [reason.code for reason in reasons]


def test_a_slice_is_fine(ct_slice: np.ndarray) -> None:
    assert judged(ct_slice) == []


@pytest.mark.parametrize("shape", [(1, 1), (63, 200), (200, 63)])
def test_tiny(shape: tuple[int, int]) -> None:
    assert judged(np.full(shape, 80, np.uint8)) == ["poor-image"]


@pytest.mark.parametrize("level", [0, 17, 128, 255])
def test_blank(level: int) -> None:
    assert judged(np.full((128, 128), level, np.uint8)) == ["poor-image"]


def test_clipped_at_both_ends(ct_slice: np.ndarray) -> None:
    assert judged(np.where(ct_slice > 60, 255, 0).astype(np.uint8))[0] == "poor-image"


def test_clipped_at_the_top(ct_slice: np.ndarray) -> None:
    assert "poor-image" in judged(np.clip(ct_slice.astype(int) * 3, 0, 255).astype(np.uint8))


def test_a_narrow_strip(ct_slice: np.ndarray) -> None:
    assert judged(np.tile(ct_slice[:70], (1, 4))) == ["poor-image"]


def test_inverted(ct_slice: np.ndarray) -> None:
    assert judged(255 - ct_slice)[-1] == "not-ct"


def test_no_air(ct_slice: np.ndarray) -> None:
    assert judged((40 + ct_slice // 2).astype(np.uint8)) == ["not-ct"]


def test_colour(ct_slice: np.ndarray) -> None:
    assert judged(ct_slice, colour=0.2) == ["not-ct"]
    assert judged(ct_slice, colour=0.01) == []


@pytest.mark.parametrize(
    ("modality", "codes"), [("MR", ["not-ct"]), ("US", ["not-ct"]), ("CT", []), ("OT", [])]
)
def test_what_the_file_says_it_is(ct_slice: np.ndarray, modality: str, codes: list[str]) -> None:
    assert judged(ct_slice, modality=modality) == codes


def test_noise() -> None:
    noise = np.clip(np.random.default_rng(0).normal(60, 60, (200, 200)), 0, 249).astype(np.uint8)
    assert judged(noise) == ["not-ct"]


def test_roughness_of_white_noise_by_hand() -> None:
    # The mean absolute difference of two independent normal values is 2 / sqrt(pi) = 1.128 sigma.
    noise = np.clip(np.random.default_rng(0).normal(128, 20, (400, 400)), 0, 255).astype(np.uint8)
    assert roughness(noise) == pytest.approx(1.128 * 20, rel=0.02)


def rate(members: list[tuple[str, bytes]]) -> float:
    spec, refused = PreprocessSpec(), 0
    for name, data in members:
        scan = decode(data, name, Limits())[0]
        refused += bool(check(model_grey(scan, spec), scan))
    return refused / len(members)


@pytest.mark.data
@pytest.mark.parametrize(
    ("archive", "end"),
    [
        ("kidney-ct.zip", "3).jpg"),
        ("kidney-ct-clahe224.zip", "3).jpg"),
        ("dicom-ct.zip", ".dcm"),
    ],
)
def test_real_slices_are_not_refused(archive: str, end: str) -> None:
    members = list(shared(archive, lambda name: name.endswith(end)))
    assert len(members) > 10 and rate(members) <= 0.005


@pytest.mark.data
def test_most_other_pictures_are_refused_by_sight_alone() -> None:
    members = list(shared("not-kidney-ct.zip", lambda name: name.endswith((".jpg", ".png", ".jpeg"))))
    assert len(members) > 100 and rate(members) >= 0.7
