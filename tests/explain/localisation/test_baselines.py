import numpy as np
import pytest

from core.domain import Placement
from core.explain.localisation import baselines

WHOLE = Placement(0, 0, 80, 80, 80)


def body() -> np.ndarray:
    mask = np.zeros((80, 80), bool)
    mask[40:80, 0:40] = True
    return mask


def test_each_is_where_its_name_says() -> None:
    maps = baselines.maps(body(), WHOLE, "a")
    assert tuple(maps) == tuple(baselines.TITLES)
    peak = {key: np.unravel_index(maps[key][0].argmax(), (80, 80)) for key in ("centre", "body")}
    assert np.allclose(peak["centre"], (39, 39), atol=1) and np.allclose(peak["body"], (59, 19), atol=1)
    assert np.ptp(maps["uniform"][0]) == 0
    assert len(maps["random"]) == baselines.DRAWS


def test_random_maps_differ_by_slice_and_draw_but_not_by_run() -> None:
    one, other = baselines.maps(body(), WHOLE, "a")["random"], baselines.maps(body(), WHOLE, "b")["random"]
    assert all((x == y).all() for x, y in zip(one, baselines.maps(body(), WHOLE, "a")["random"], strict=True))
    assert not np.allclose(one[0], one[1]) and not np.allclose(one[0], other[0])
    peaks = [
        np.argmax(heat)
        for digest in map(str, range(40))
        for heat in baselines.maps(body(), WHOLE, digest)["random"]
    ]
    quarter = np.mean([(place // 80 >= 40) and (place % 80 < 40) for place in peaks])
    assert quarter == pytest.approx(0.25, abs=0.08), "no corner is liked better"


def test_maps_lie_only_where_the_model_saw() -> None:
    maps = baselines.maps(body(), Placement(20, 20, 40, 80, 80), "a")
    for key in ("random", "uniform"):
        for heat in maps[key]:
            assert heat.min() >= 0 and heat.max() > 0
            assert heat[:20].sum() == heat[60:].sum() == heat[:, :20].sum() == heat[:, 60:].sum() == 0
