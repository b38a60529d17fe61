"""The shipped model on real files."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.config.settings import Limits, settings
from core.explain.cam import heatmaps
from core.inference.batch import Case, review
from core.inference.predictor import Predictor
from core.models.bundle import load
from tests.support.scans import png


@pytest.fixture(scope="module")
def shipped_predictor(shipped: Path) -> Predictor:
    return Predictor(load(shipped), threads=2, interpreters=1)


def real(
    name: str, every: int, suffixes: tuple[str, ...] = (".jpg", ".jpeg", ".png")
) -> Iterator[tuple[str, bytes]]:
    path = settings().shared_data / name
    if not path.is_file():
        pytest.skip(f"{name} is not in {settings().shared_data} (KCS_SHARED_DATA)")
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.lower().endswith(suffixes))
        for member in names[::every]:
            yield member, archive.read(member)


def cases(predictor: Predictor, files: Iterator[tuple[str, bytes]]) -> list[Case]:
    found = list(review(files, predictor, Limits()))
    assert all(isinstance(case, Case) for case in found)
    return [case for case in found if isinstance(case, Case)]


def share_not_ct(found: list[Case]) -> float:
    return float(np.mean([any(r.code == "not-ct" for r in case.prediction.reasons) for case in found]))


@pytest.mark.data
def test_other_pictures_are_refused(shipped_predictor: Predictor) -> None:
    """At least 90 % of what is no CT slice of the body, as not CT or as too poor."""
    found = cases(shipped_predictor, real("not-kidney-ct.zip", 1))
    refused = [any(r.code in ("not-ct", "poor-image") for r in case.prediction.reasons) for case in found]
    assert len(found) > 100
    assert np.mean(refused) >= 0.9


@pytest.mark.data
def test_real_slices_are_not(shipped_predictor: Predictor) -> None:
    """At most 5 % called not CT. Held-out blocks are measured by `evaluate`; these are of all blocks."""
    found = cases(shipped_predictor, real("kidney-ct.zip", 40))
    assert len(found) > 100
    assert share_not_ct(found) <= 0.05


@pytest.mark.data
def test_eight_and_sixteen_bits_say_the_same(shipped_predictor: Predictor) -> None:
    for _, data in real("kidney-ct.zip", 800):
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
        both = [("8.png", png(picture)), ("16.png", png(picture.astype(np.uint16) * 257))]
        eight, sixteen = cases(shipped_predictor, iter(both))
        difference = np.subtract(eight.prediction.probabilities, sixteen.prediction.probabilities)
        assert np.abs(difference).max() <= 0.01


@pytest.mark.data
def test_heatmaps_lie_in_the_body(shipped_predictor: Predictor) -> None:
    """Whatever was cropped or padded, a heatmap is as large as its slice and adds up to the logit."""
    for case in cases(shipped_predictor, real("kidney-ct.zip", 800)):
        maps = case.prediction.maps.sum(axis=(1, 2)) + shipped_predictor._bias
        powers = np.exp(maps / shipped_predictor.bundle.card.temperature)
        np.testing.assert_allclose(case.prediction.probabilities, powers / powers.sum(), atol=1e-3)
        for heat in heatmaps(case.prediction).values():
            assert heat.values.shape == (case.scan.height, case.scan.width)
            assert 0 <= heat.values.min() <= heat.values.max() <= 1


@pytest.mark.data
def test_real_dicom_is_answered(shipped_predictor: Predictor) -> None:
    found = cases(shipped_predictor, real("dicom-ct.zip", 1, (".dcm",)))
    assert len(found) >= 10
    assert all(case.scan.unit == "HU" for case in found)
