"""The form of the Train page: made from the parameters, refused with all reasons, started once."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import training_form, training_rules
from core.config import params as recipes
from core.config.fields import parameters
from core.config.params import Training
from core.config.settings import settings
from core.data import manifest
from core.data.ingest import ingest
from core.training import runner
from tests.app.conftest import Studio
from tests.app.training.conftest import MARKUP, TRAIN, Trainer
from tests.support.sets import write_set

KINDS = ("number_input", "selectbox", "toggle", "multiselect", "text_input")


def widgets(page: Studio) -> dict[str, Any]:
    """The form's widgets by the parameter's path."""
    found = [one for kind in KINDS for one in getattr(page.at, kind)]
    return {
        one.key.removeprefix("tr-form-field-"): one for one in found if one.key.startswith("tr-form-field-")
    }


def put(page: Studio, **values: Any) -> Studio:
    """Change fields of ``training``, all at once; those of other sections as ``model__start``."""
    for name, value in values.items():
        path = name.replace("__", ".") if "__" in name else f"training.{name}"
        widgets(page)[path].set_value(value)
    page.at.run()
    return page.sound()


def start_button(page: Studio) -> Any:
    return next(one for one in page.at.button if one.key.startswith("tr-form-start-"))


def refusals(page: Studio) -> str:
    return "\n".join(one.value for one in page.at.warning)


def test_every_parameter_has_a_widget_or_is_left_out_on_purpose(train: Studio) -> None:
    known = {one.path for one in parameters()}
    shown = set(widgets(train)) - {"title"}
    assert shown | set(training_rules.LEFT_OUT) == known
    assert not shown & set(training_rules.LEFT_OUT)
    assert set(training_rules.APPLIES) <= known


def test_the_form_starts_as_params_yaml_and_says_what_each_field_is(train: Studio) -> None:
    usual = recipes.load().model_dump(mode="json")
    found = widgets(train)
    for one in parameters():
        if one.path in training_rules.LEFT_OUT:
            continue
        assert found[one.path].value == usual[one.section][one.name], one.path
        assert one.meaning[1:] in found[one.path].help, one.path
        assert one.unit in found[one.path].label
        if one.kind in ("whole", "number"):
            assert (found[one.path].min, found[one.path].max) == (one.low, one.high)
    assert training_form.recipe(training_form.defaults()) == recipes.load()
    assert found["training.learning_rate"].label == "Learning rate"
    assert not refusals(train) and not start_button(train).disabled


@pytest.mark.parametrize(
    ("changes", "disabled", "enabled"),
    [
        ({}, "training.top_blocks training.head_epochs training.tuning_rate", "training.epochs"),
        ({"unfreeze": "top"}, "training.inverse_penalty", "training.top_blocks training.head_epochs"),
        ({"unfreeze": "all"}, "training.top_blocks", "training.tuning_rate training.mixed_precision"),
        (
            {"fit": "regression"},
            "training.epochs training.mixup augmentation.rotation training.k_fold",
            "training.variants training.dimensions split.dealings training.every",
        ),
    ],
)
def test_what_plays_no_part_is_disabled(
    train: Studio, changes: dict[str, str], disabled: str, enabled: str
) -> None:
    found = widgets(put(train, **changes))
    assert all(found[path].disabled for path in disabled.split())
    assert not any(found[path].disabled for path in enabled.split())


def test_what_plays_no_part_is_not_in_the_way() -> None:
    values = {**training_form.defaults(), "training.mixup": 0.4, "training.fit": "regression"}
    assert training_form.recipe(values).training.mixup == 0
    with pytest.raises(recipes.SettingsError, match="mixup"):
        training_form.recipe({**values, "training.fit": "epochs"})


def test_all_reasons_are_said_at_once_and_go_when_they_are_mended(train: Studio) -> None:
    put(train, unfreeze="all")
    put(train, mixup=0.4, epochs=4, head_epochs=4, learning_rate=0.0)
    said = refusals(train)
    assert "**Mixup** blends classes" in said and "**Learning rate**" in said
    assert "**Head-only epochs** 4 leaves none of 4 **Epochs**" in said
    assert said.count("\n- ") == 3
    assert start_button(train).disabled
    put(train, mixup=0.0, head_epochs=1, learning_rate=0.01)
    assert not refusals(train) and not start_button(train).disabled


def test_reasons_of_the_data_come_with_those_of_the_parameters(train: Studio) -> None:
    # five people a class, and a fifth of the slices of each series: still every class; without Cyst none
    folder = settings().var / "data" / "mine"
    rows = manifest.read(folder)
    manifest.write(folder, [row for row in rows if row.label != "Cyst"])
    put(train, mixup=0.4)
    assert "**Mixup**" in refusals(train)
    assert "a model needs two classes at least" in refusals(train)
    assert start_button(train).disabled


def test_another_backbone_gets_weights_that_it_can_start_from(train: Studio) -> None:
    put(train, model__backbone="simple_cnn")
    assert widgets(train)["model.start"].value == "none"
    assert "never learn" in refusals(train)
    put(train, unfreeze="all")
    assert not refusals(train)


def test_leaving_and_coming_back_changes_nothing(train: Studio) -> None:
    put(train, epochs=7, unfreeze="top")
    train.at.text_input(key="tr-form-field-title").set_value("my run").run()
    train.go("about")
    train.at.switch_page(TRAIN).run()
    found = widgets(train.sound())
    assert (found["training.epochs"].value, found["training.unfreeze"].value) == (7, "top")
    assert found["title"].value == "my run"
    train.at.button(key="tr-form-reset").click().run()
    found = widgets(train.sound())
    assert (found["training.epochs"].value, found["training.unfreeze"].value) == (20, "none")
    assert found["title"].value == ""


def _cloning(names, params, name):
    import streamlit as st

    from app import training_form
    from app.components.training import form

    form.show(names)
    st.button("clone", key="clone", on_click=training_form.fill, args=(params, name))


def test_a_clone_fills_the_form_after_a_person_had_changed_it(train: Studio, var: Path) -> None:
    ingest(write_set(var / "raw", patients=3), "other", settings())
    wanted = recipes.load(changes=["training.epochs=3", "training.optimizer=sgd", "split.folds=3"])
    at = AppTest.from_function(_cloning, args=(["mine", "other"], wanted, "other"), default_timeout=30).run()
    at.number_input(key="tr-form-field-training.epochs").set_value(9).run()
    assert at.selectbox(key="set").value == "mine"
    at.button(key="clone").click().run()
    assert at.number_input(key="tr-form-field-training.epochs").value == 3
    assert at.selectbox(key="tr-form-field-training.optimizer").value == "sgd"
    assert at.selectbox(key="set").value == "other"
    assert training_form.recipe(at.session_state["tr-form-values"]) == wanted


def test_start_makes_one_job_with_the_recipe_and_the_page_shows_it(train: Studio) -> None:
    put(train, epochs=2)
    train.at.text_input(key="tr-form-field-title").set_value(MARKUP).run()
    pressed = start_button(train)
    pressed.click().run()
    (job,) = runner.every(settings())
    assert job.request["dataset"] == "mine" and job.request["title"] == MARKUP
    assert Training.model_validate(job.request["params"]["training"]).epochs == 2
    assert train.at.query_params["job"] in (job.id, [job.id])
    assert start_button(train).key != pressed.key
    harmless(train)
    assert "A run started now waits for 1 job." in Trainer().sound().text


def test_a_search_is_part_of_what_is_asked_for(train: Studio) -> None:
    train.at.toggle(key="tr-form-search-on").set_value(True).run()
    train.at.number_input(key="tr-form-search-trials").set_value(4)
    train.at.multiselect(key="tr-form-search-space").set_value(["training.learning_rate"]).run()
    train.at.number_input(key="tr-form-search-training.learning_rate-low").set_value(0.1).run()
    assert "**Learning rate**: give choices, or a low below a high." in refusals(train).replace("\\", "")
    train.at.number_input(key="tr-form-search-training.learning_rate-low").set_value(0.0001).run()
    put(train, fit="regression")
    assert "A search needs epochs: set **Way to learn**" in refusals(train).replace("\\", "")
    put(train, fit="epochs")
    assert not refusals(train)
    start_button(train.sound()).click().run()
    (job,) = runner.every(settings())
    assert job.request["sweep"]["trials"] == 4
    assert set(job.request["sweep"]["space"]) == {"training.learning_rate"}
    assert job.request["sweep"]["space"]["training.learning_rate"]["low"] == 0.0001


def test_without_a_set_the_page_says_what_to_do(var: Path, with_model: None) -> None:
    page = Trainer()
    assert "Ingest one on the Data page" in page.sound().text
    assert not widgets(page)
    page.at.button(key="tr-form-data").click().run()
    assert "Ingest the synthetic set" in [one.label for one in page.sound().at.button]


def test_a_set_that_is_not_split_leads_to_the_data_page(train: Studio) -> None:
    (settings().var / "data" / "mine" / manifest.FILE).unlink()
    train.at.run()
    assert "is not split yet" in refusals(train.sound())
    assert start_button(train).disabled
    assert train.at.button(key="tr-form-data").label == "Split it on the Data page"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [name for name, _ in attrs]


def harmless(page: Studio) -> None:
    """No name became a tag."""
    parser = _Tags()
    parser.feed("\n".join(one.value for one in page.at.get("html")))
    assert "onerror" not in parser.attributes
    shown = [*page.at.markdown, *page.at.caption, *page.at.warning, *page.at.error]
    assert not [one.value for one in shown if "<img" in one.value.replace("\\<", "")]
