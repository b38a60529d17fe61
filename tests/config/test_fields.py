from core.config import document
from core.config.fields import of, parameters
from core.config.params import Params


def test_every_field_is_there_once_with_its_meaning() -> None:
    found = parameters()
    written = [f"{section}.{name}" for section, fields in Params().model_dump().items() for name in fields]
    assert [one.path for one in found] == written
    assert all(one.meaning and not one.meaning.endswith(".") for one in found)
    assert {one.path: one.default for one in found if one.kind != "other"} == {
        f"{section}.{name}": value
        for section, fields in Params().model_dump().items()
        for name, value in fields.items()
        if not isinstance(value, tuple | None)
    }


def test_each_field_has_a_label_of_its_own_within_what_is_decided_together() -> None:
    found = {one.path: one.label for one in parameters()}
    assert found["training.weight_decay"] == "Weight decay"
    assert found["model.clahe_clip"] == "CLAHE clip limit"
    assert "leaks" in found["training.random_too"]
    for group in ("Data", "Model", "How long", "Augmentation"):
        labels = [one.label for one in of(group)]  # type: ignore[arg-type]
        assert len(set(labels)) == len(labels)
    assert all(label[0].isupper() and "_" not in label for label in found.values())


def test_ranges_are_said_as_they_are_checked() -> None:
    found = {one.path: one for one in parameters()}
    assert found["model.size"].range == "from 32 to 1024 in steps of 32"
    assert found["training.learning_rate"].range == "above 0 to 10"
    assert found["model.dropout"].range == "from 0 below 1"
    assert found["training.optimizer"].range == "adam, adamw, sgd, rmsprop"
    assert found["training.k_fold"].range == "true, false"


def test_what_a_person_decides_together_stands_together() -> None:
    assert "training.epochs" in {one.path for one in of("How long")}
    assert "model.backbone" in {one.path for one in of("Model")}
    assert len(of("Data")) + len(of("Model")) + len(of("How long")) < 25


def test_the_document_is_what_the_fields_say() -> None:
    assert document.FILE.read_text(encoding="utf-8") == document.render(), "run `make parameters`"
