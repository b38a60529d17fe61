"""A recipe from pictures to a sealed bundle, small but whole: real network, real weights, real export."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.config.params import Params
from core.config.settings import Limits, Settings
from core.data import ingest, manifest, pictures
from core.errors import DataError, SettingsError
from core.inference.assess import assess
from core.inference.predictor import Predictor
from core.models import build, bundle, export, litert, neighbours
from core.models.bundle import Bundle
from core.models.reference import Reference
from core.models.weights import WeightsError, torchvision_mobilenet_v2
from core.training import model_card, shipped
from core.training.made import Made
from core.training.regression import run as regression
from core.training.task import Task

pytestmark = pytest.mark.tensorflow
PATIENTS, SLICES = 5, 4


def body(patient: int, step: int, stone: bool) -> np.ndarray:
    """A patient of a look of his own, with a bright dot or without."""
    rng = np.random.default_rng(patient)
    picture = np.zeros((96, 96), np.uint8)
    cv2.ellipse(picture, (48, 48), (42, 32), 0, 0, 360, 90, cv2.FILLED)
    tissue = cv2.resize(rng.integers(20, 190, (4, 4), np.uint8), (96, 96), interpolation=cv2.INTER_NEAREST)
    picture[picture > 0] = tissue[picture > 0]
    if stone:
        cv2.circle(picture, (30 + 3 * step, 52), 6, 255, cv2.FILLED)
    return picture


def draw(raw: Path, patients: dict[str, int]) -> None:
    """Class folders with so many patients each."""
    for label, count in patients.items():
        (raw / label).mkdir(parents=True)
        for number in range(count * SLICES):
            stone = label == "Stone"
            picture = body(number // SLICES + 100 * stone, number % SLICES, stone)
            cv2.imwrite(str(raw / label / f"{label} ({number + 1}).png"), picture)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    try:
        torchvision_mobilenet_v2()
    except WeightsError as error:
        pytest.skip(error.sentence)
    return Settings(var=tmp_path_factory.mktemp("loop") / "var")


@pytest.fixture(scope="module")
def data(here: Settings, params: Params, tmp_path_factory: pytest.TempPathFactory) -> Path:
    raw = tmp_path_factory.mktemp("raw")
    draw(raw, {"Normal": PATIENTS, "Stone": PATIENTS})
    return ingest.ingest(raw, "small", here, dealt=params.split)


@pytest.fixture(scope="module")
def params() -> Params:
    return Params.model_validate(
        {
            "model": {"start": "torchvision", "size": 64},
            "training": {"every": 1, "variants": ["contrast"], "dimensions": 8},
            "split": {"folds": 2, "dealings": 2},
            "declining": {"dimensions": 8},
        }
    )


@pytest.fixture(scope="module")
def outcome(data: Path, here: Settings, params: Params) -> Made:
    told: list[tuple[str, float]] = []
    job = Task("small", "1", data, here.var / "models" / "small")
    found = regression.run(job, params, here, lambda what, share: told.append((what, share)))
    assert any("cross-validation by patient block" in what for what, _ in told)
    assert all(0 <= share <= 1 for _, share in told)
    return found


@pytest.fixture(scope="module")
def made(outcome: Made) -> Bundle:
    return outcome.bundle


def test_training_seals_a_whole_bundle(made: Bundle, data: Path, here: Settings) -> None:
    assert made == bundle.load(made.path)
    assert made.path.parent == here.var / "models"
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]
    card = made.card
    assert card.labels == ("Normal", "Stone")
    assert card.data["manifest"] == manifest.digest(manifest.read(data))
    assert card.metrics["grouped_cv"]["slices"] == 2 * PATIENTS * SLICES
    assert (card.metrics["grouped_cv"]["leaks"], card.metrics["random_cv"]["leaks"]) == (False, True)


def test_every_dealing_keeps_its_answers_and_figures_can_be_taken_from_them_again(
    outcome: Made, data: Path
) -> None:
    grouped, leaking = outcome.answers["grouped_cv"], outcome.answers["random_cv"]
    rows = manifest.read(data)
    assert (len(grouped), grouped.times) == (2 * len(rows), 2)
    assert (len(leaking), leaking.times) == (len(rows), 1)
    groups = {row.sha256: row.group for row in rows}
    for one in (grouped, leaking):
        assert {slice_: str(group) for slice_, group in zip(one.slices, one.groups, strict=True)} == groups
    said = outcome.bundle.card.metrics["grouped_cv"]
    assert (grouped.given == grouped.truth).mean() == pytest.approx(said["accuracy"]["value"], abs=1e-4)
    curves = outcome.curves()["grouped_cv"]
    assert set(curves["roc"]) == {"Normal", "Stone"}
    assert sum(one["slices"] for one in curves["groups"]) == said["slices"]
    right = sum(one["right"] for one in curves["groups"])
    assert right == pytest.approx(np.trace(said["confusion"]), abs=0.2)


def test_it_learnt_what_can_be_seen(made: Bundle) -> None:
    assert made.card.metrics["grouped_cv"]["accuracy"]["value"] >= 0.85


def test_the_export_answers_as_the_model_and_as_its_head_does(made: Bundle, data: Path) -> None:
    model = build.load(made.path)
    squares = np.random.default_rng(0).integers(0, 255, (3, 64, 64), np.uint8)
    assert export.check(model, made.path, squares) <= export.TOLERANCE
    features, logits = litert.runner((made.path / bundle.LITERT).read_bytes())(squares[0])
    assert features.shape == (4, 4, 1856)
    with np.load(made.path / bundle.REFERENCE) as arrays:
        pooled = features.mean(axis=(0, 1))
        np.testing.assert_allclose(pooled @ arrays["head_kernel"] + arrays["head_bias"], logits, atol=1e-3)
    assert Reference.load(made.path / bundle.REFERENCE).distance(pooled) > made.card.thresholds.distance


def test_the_bundle_says_which_slices_its_neighbours_are(made: Bundle, data: Path) -> None:
    """Each kept vector is of the slice that is named for it: by the export, from the picture anew."""
    reference = Reference.load(made.path / bundle.REFERENCE)
    named = neighbours.read(made, len(reference.neighbours))
    assert named is not None
    rows = {row.sha256: row for row in manifest.read(data)}
    held_out = set(made.card.data["held_out"])
    assert held_out and not held_out & {one.group for one in named}
    assert {one.variant for one in named} == {"plain", "contrast"}
    predictor = Predictor(made, threads=1)
    for one, kept in zip(named, reference.neighbours, strict=True):
        row = rows[one.slice]
        assert (one.label, one.series, one.group) == (row.label, row.series, row.group)
        if one.variant == "plain":
            own = reference.directions(predictor.features(pictures.scan(data / row.path, Limits()))[None])[0]
            np.testing.assert_allclose(own, kept, atol=5e-3)


def test_no_layer_hides_a_model(made: Bundle) -> None:
    """Grad-CAM on the feature layer is the closed form only on a flat model."""
    model = build.load(made.path)
    assert not any(hasattr(layer, "layers") for layer in model.layers)
    assert model.get_layer(made.card.layer).output.shape[1:] == (4, 4, 1856)


def test_the_same_again_gives_the_same_figures(
    made: Bundle, data: Path, params: Params, tmp_path: Path
) -> None:
    """From start to end: nothing of the first run's cache is there."""
    job = Task("small", "again", data, tmp_path / "again")
    again = regression.run(job, params, Settings(var=tmp_path / "var"), lambda what, share: None).bundle
    assert again.card.metrics == made.card.metrics
    assert again.card.temperature == made.card.temperature
    for name in (bundle.KERAS, bundle.REFERENCE):
        assert again.card.files[name] == made.card.files[name]


def test_evaluation_is_on_the_patients_held_out(made: Bundle, here: Settings) -> None:
    found = assess(Predictor(made, threads=1), "small", here, lambda what, share: None)
    assert not found["seen"] and not found["leaks"]
    rows = manifest.read(here.var / "data" / "small")
    apart = made.card.data["held_out"]
    assert 0 < len(apart) < len({row.group for row in rows})
    assert found["groups"] == len(apart)


def test_a_model_card_can_be_written_of_any_bundle(made: Bundle) -> None:
    text = model_card.render(made)
    assert text.index("patients it never saw") < text.index("random split (leaks)")
    assert "Not a medical device" in text and made.card.data["manifest"] in text


def test_too_few_patients_is_said_before_anything_is_computed(
    here: Settings, params: Params, tmp_path: Path
) -> None:
    draw(tmp_path / "raw", {"Normal": 3, "Stone": 1})
    data = ingest.ingest(tmp_path / "raw", "few", here, dealt=params.split)
    told: list[str] = []
    with pytest.raises(DataError, match="All slices of Stone seem to be of one patient block"):
        job = Task("few", "1", data, here.var / "never")
        regression.run(job, params, here, lambda what, share: told.append(what))
    assert told == []


def test_the_shipped_model_says_which_zip_it_misses(here: Settings, tmp_path: Path) -> None:
    empty = Settings(var=tmp_path, shared_data=tmp_path)
    with pytest.raises(DataError, match=r"kidney-ct\.zip is not in"):
        shipped.build(empty, Params(), tmp_path / "out", lambda what, share: None, document=None)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "size", "sentence"), [("resnet9", 64, "no backbone"), ("mobilenet_v2", 100, "multiple of 32")]
)
def test_a_network_that_cannot_be_is_a_sentence(name: str, size: int, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        build.build(name, size, 4)
