import json
import re
from typing import Any

import pytest

from core.models.bundle import Bundle, load
from core.promotion import model_card
from core.tracking.registry.values import Entry, Version

VERSION = Version("3", "ab" * 16, "cd" * 32, "kidney", "job-1", "kidney-4", 0.0, ("champion",))
BLOCKS = [
    {"group": "P1", "label": "Stone", "slices": 4, "right": 1, "truth": 0.21},
    {"group": "P|2", "label": "Cyst", "slices": 9, "right": 9, "truth": 0.9},
]


@pytest.fixture
def bundle(shipped: Any) -> Bundle:
    return load(shipped)


def entry(**changes: Any) -> Entry:
    fields: dict[str, Any] = {
        "at": 0.0, "deed": "promoted", "version": "3", "before": "", "by": "A. Reader",
        "why": "better on | stones\n# loud", "overridden": ("Latency",),
    }  # fmt: skip
    return Entry(**{**fields, **changes})


def test_it_says_what_was_measured_and_on_whom_before_what_leaks(bundle: Bundle) -> None:
    text = model_card.render(model_card.facts(bundle, VERSION))
    assert text.startswith("# Model card: kidney-4")
    assert "registered as v3 (champion)" in text
    figures = re.search(r"\| macro F1 \| (\d\.\d\d) .*\| (\d\.\d\d) ", text)
    assert figures and float(figures[1]) < 0.75 < 0.95 < float(figures[2])
    assert text.index("patients it never saw") < text.index("random split (leaks)")


def test_worst_blocks_are_listed_and_foreign_words_break_no_table(bundle: Bundle) -> None:
    text = model_card.render(model_card.facts(bundle, VERSION, [entry(), entry(version="4")], BLOCKS))
    assert "| P1 | Stone | 4 | 1 | 21% |" in text
    assert "| P\\|2 | Cyst |" in text
    assert "of 2 (counted once for each class in it), 1 had most" in text
    assert (
        "| 1970-01-01T00:00:00+00:00 | promoted | A. Reader | better on \\| stones \\# loud | Latency |"
        in text
    )
    assert text.count("A. Reader") == 1, "decisions about other versions are not this one's"


def test_its_values_are_json_and_make_the_same_card(bundle: Bundle) -> None:
    facts = model_card.facts(bundle, VERSION, [entry()], BLOCKS)
    back = json.loads(json.dumps(facts, allow_nan=False))
    assert model_card.render(back) == model_card.render(facts)
    assert (back["split"], back["registered"], back["aliases"]) == ("grouped_cv", "3", ["champion"])


def test_a_bundle_that_was_never_measured_says_so(tiny: Any) -> None:
    text = model_card.render(model_card.facts(load(tiny)))
    assert "It was never measured on patients that it hadn't seen" in text
    assert "What it learnt from was not recorded." in text
    assert "registered" not in text and "MLflow run" not in text


def test_drawn_slices_say_nothing_about_real_ones(bundle: Bundle) -> None:
    facts = model_card.facts(bundle)
    told = facts["data"]
    facts["data"] = {**told, "name": "synthetic"}
    assert "It learnt from drawn slices" in model_card.render(facts)
    assert "It learnt from drawn slices" not in model_card.render(model_card.facts(bundle))
