"""One contract for every row of `METHODS`, on one small real bundle."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.domain import Placement
from core.errors import InputError
from core.explain.asking import explain
from core.explain.methods import METHODS
from core.explain.network import LiteRtNetwork
from core.explain.values import Ask, Cancelled, Explanation, Target
from core.models.bundle import KERAS, LITERT, REFERENCE, Card, load, write_card
from tests.explain.gradient.hand import fingerprint
from tests.support.scans import body

pytestmark = pytest.mark.tensorflow
LABELS = ("Cyst", "Normal", "Stone", "Tumor")
PLACE = Placement(0, 0, 64, 64, 64)
EVERY = pytest.mark.parametrize("key", METHODS)
LAYERED = pytest.mark.parametrize("key", [key for key, row in METHODS.items() if row.layered])


class Networks:
    """A bundle's model, by LiteRT and by Keras."""

    def __init__(self, folder: Path) -> None:
        from core.explain.gradient.network import KerasNetwork

        bundle = load(folder)
        self.forward, self.gradient = LiteRtNetwork(bundle), KerasNetwork(bundle)

    def of(self, key: str) -> Any:
        return self.gradient if METHODS[key].needs == "gradient" else self.forward


@pytest.fixture(scope="module")
def networks(tiny: Path) -> Networks:
    return Networks(tiny)


@pytest.fixture(scope="module")
def constant(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Networks:
    """The same model with a head without weights: whatever it sees, it answers the same."""
    from core.models.export import export, save
    from core.models.starting import load as load_keras

    folder = Path(shutil.copytree(tiny, tmp_path_factory.mktemp("constant") / "bundle"))
    model = load_keras(folder)
    model.get_layer("logits").set_weights([np.zeros((24, 4)), np.array([3.0, 1.0, 0.0, -2.0])])
    save(model, folder / KERAS)
    (folder / LITERT).write_bytes(export(model, "features"))
    with np.load(folder / REFERENCE) as arrays:
        kept = dict(arrays)
    np.savez(folder / REFERENCE, **kept | {"head_kernel": np.zeros((24, 4), np.float32)})
    card = Card.model_validate(json.loads((folder / "bundle.json").read_text()))
    write_card(folder, card)
    return Networks(folder)


@pytest.fixture(scope="module")
def square() -> np.ndarray:
    made = body(64)
    made[20:28, 34:44] = 230
    return made


@pytest.fixture(scope="module")
def drawn(networks: Networks, square: np.ndarray) -> dict[str, tuple[Explanation, list[float]]]:
    """Each method's map of Stone, and what was told on the way."""
    found = {}
    for key in METHODS:
        told: list[float] = []
        made = explain(networks.of(key), square, PLACE, Ask(key, Target("Stone"), seed=3), told.append)
        found[key] = made, told
    return found


def one(networks: Networks, square: np.ndarray, ask: Ask) -> Explanation:
    return explain(networks.of(ask.method), square, PLACE, ask, lambda share: None)


@EVERY
def test_a_map_is_finite_and_lies_on_the_square(
    key: str, drawn: dict[str, tuple[Explanation, list[float]]], square: np.ndarray
) -> None:
    made, _ = drawn[key]
    assert made.raw.dtype == np.float32
    assert np.isfinite(made.raw).all()
    height, width = made.raw.shape
    assert height == width <= len(square)
    assert np.ptp(made.raw) > 0, "a random network isn't blind"
    assert made.unit == METHODS[key].unit
    assert made.layer == ("features" if key == "closed-form" or METHODS[key].layered else "")
    assert made.passes >= 1
    assert made.milliseconds > 0
    assert made.model.name == "tiny"


@EVERY
def test_progress_rises_and_ends_at_one(key: str, drawn: dict[str, tuple[Explanation, list[float]]]) -> None:
    _, told = drawn[key]
    assert told == sorted(told)
    assert min(told) >= 0
    assert told[-1] == 1.0
    made, _ = drawn[key]
    if made.passes > 8:
        assert sum(0 < share < 1 for share in told) >= 2, "a slow one says how far it is"


@EVERY
def test_the_same_ask_gives_the_same_map(
    key: str, drawn: dict[str, tuple[Explanation, list[float]]], networks: Networks, square: np.ndarray
) -> None:
    first, _ = drawn[key]
    again = one(networks, square, Ask(key, Target("Stone"), seed=3))
    np.testing.assert_allclose(again.raw, first.raw, rtol=1e-4, atol=1e-5 * np.abs(first.raw).max())


@EVERY
def test_a_contrast_is_another_map(
    key: str, drawn: dict[str, tuple[Explanation, list[float]]], networks: Networks, square: np.ndarray
) -> None:
    made = one(networks, square, Ask(key, Target("Stone", "Cyst"), seed=3))
    assert made.ask.target.words == "Stone and not Cyst"
    assert np.isfinite(made.raw).all()
    assert not np.allclose(made.raw, drawn[key][0].raw)


@EVERY
@pytest.mark.parametrize(
    "target",
    [Target("Glioma"), Target(""), Target("stone"), Target("Stone", "Glioma"), Target("Stone", "Stone")],
    ids=["unknown", "empty", "case", "against-unknown", "against-itself"],
)
def test_an_unknown_class_is_refused_and_the_classes_are_named(
    key: str, target: Target, networks: Networks, square: np.ndarray
) -> None:
    with pytest.raises(InputError, match=r"must be (one of Cyst, Normal, Stone, Tumor|another class)"):
        one(networks, square, Ask(key, target))


@LAYERED
def test_an_unknown_layer_is_refused(key: str, networks: Networks, square: np.ndarray) -> None:
    with pytest.raises(InputError, match='no layer "nowhere"'):
        one(networks, square, Ask(key, Target("Stone"), layer="nowhere"))


@LAYERED
def test_an_earlier_layer_is_finer(key: str, networks: Networks, square: np.ndarray) -> None:
    from core.explain.gradient.layers import layers

    first = layers(networks.gradient)[0]
    made = one(networks, square, Ask(key, Target("Stone"), layer=first.name))
    assert made.raw.shape == (first.height, first.width) == (32, 32)
    assert made.layer == first.name


@EVERY
@pytest.mark.parametrize("after", [0.0, 0.2], ids=["at once", "on the way"])
def test_it_stops_where_nobody_wants_the_rest(
    key: str, after: float, drawn: dict[str, tuple[Explanation, list[float]]], networks: Networks, square: Any
) -> None:
    def stop(share: float) -> None:
        if share >= after:
            raise Cancelled

    network = networks.of(key)
    before = network.passes
    with pytest.raises(Cancelled):
        explain(network, square, PLACE, Ask(key, Target("Stone"), seed=3), stop)
    whole = drawn[key][0].passes
    assert whole <= 8 or network.passes - before < 0.8 * whole, "most of the work wasn't done"


@EVERY
@pytest.mark.parametrize("picture", ["black", "white", "grey", "noise"])
def test_pictures_that_show_nothing_give_no_nonsense(key: str, picture: str, networks: Networks) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64))
    square = {"black": 0 * noise, "white": 0 * noise + 255, "grey": 0 * noise + 128, "noise": noise}[picture]
    made = one(networks, square.astype(np.uint8), Ask(key, Target("Stone")))
    assert np.isfinite(made.raw).all()
    assert made.support.min() >= 0
    assert made.support.max() <= 1
    assert made.flat or picture == "noise", "what differs in one grey is the network's own padding"


@EVERY
def test_a_model_that_always_answers_the_same_has_no_heat(
    key: str, constant: Networks, square: np.ndarray
) -> None:
    for target in (Target("Cyst"), Target("Cyst", "Tumor")):
        made = one(constant, square, Ask(key, target))
        assert made.flat
        assert not made.support.any()


@EVERY
def test_the_explained_model_is_the_same_after_success_and_failure(
    key: str, networks: Networks, square: np.ndarray
) -> None:
    model, network = networks.gradient.model, networks.of(key)
    before, answer = fingerprint(model), network.logits(square[None])
    one(networks, square, Ask(key, Target("Stone")))
    assert fingerprint(model) == before

    def fail(share: float) -> None:
        raise RuntimeError("not foreseen")

    for ask in (Ask(key, Target("Stone")), Ask(key, Target("Glioma")), Ask(key, Target("Stone"), "nowhere")):
        with pytest.raises((RuntimeError, InputError)):
            explain(network, square, PLACE, ask, fail)
    assert fingerprint(model) == before
    np.testing.assert_array_equal(network.logits(square[None]), answer)
