"""The section of a model card about where a model looks."""

from typing import Any

from core.evaluation.looks import where_it_looks

TITLES = {"closed-form": "Grad-CAM, closed form", "occlusion": "Occlusion", "body": "Centre of the body"}


def scored(value: float, low: float | None, high: float | None) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high}


def row(method: str, slices: int, ahead: float | None) -> dict[str, Any]:
    measured = {"pointing": scored(0.25, 0.1, 0.4), "energy": scored(0.015, None, None)}
    found: dict[str, Any] = {"method": method, "source": "stone|coronal", "slices": slices, **measured}
    if ahead is not None:
        found["ahead_pointing"] = {"against": "body", "difference": scored(ahead, ahead - 0.05, ahead + 0.05)}
    return found


def located(ahead: float) -> dict[str, Any]:
    source = {"name": "stone|coronal", "label": "Stone", "slices": 120, "groups": 73,
              "answered": scored(0.45, 0.3, 0.6), "area": 0.002}  # fmt: skip
    return {
        "rows": [row("closed-form", 120, ahead), row("occlusion", 40, -0.1)],
        "baselines": [row("body", 120, None), row("body", 40, None)],
        "sources": [source, {**source, "slices": 40}],
        "left_out": {},
    }


def outside(share: float) -> dict[str, Any]:
    rows = [{"method": "closed-form", "label": label, "slices": 40, "groups": 9, "flat": 0, "area": 0.375,
             "share": scored(value, value, value), "flagged": value > 0.25}
            for label, value in (("Cyst", share), ("Stone", share), ("Tumor", 0.06))]  # fmt: skip
    return {"dataset": "kidney-4", "standing": "new", "limit": 0.25, "rows": rows}


def test_where_nothing_was_measured_that_is_said() -> None:
    text = where_it_looks({}, TITLES)
    assert (
        text.startswith("## Where it looks\n\nIt was not measured")
        and "`python -m core explanations`" in text
    )


def test_methods_stand_beside_what_knows_nothing() -> None:
    text = where_it_looks({"localisation": located(-0.1)}, TITLES)
    assert "stone|coronal 120 slices of 73 persons (Stone, which the model answers on 45%)" in text
    assert (
        "| Grad-CAM, closed form | 25% (10% to 40%) |" in text and "| Grad-CAM, closed form | 1.5% |" in text
    )
    assert "| Occlusion | 25% (10% to 40%), of 40 |" in text
    assert text.count("| Centre of the body |") == 2, "once a table, of the slices that most were measured on"
    assert "**No method does surely better than the best baseline anywhere**" in text
    assert "stone\\|coronal |" in text, "a foreign bar breaks no table"


def test_what_is_surely_better_is_bold() -> None:
    text = where_it_looks({"localisation": located(0.2)}, TITLES)
    assert "| Grad-CAM, closed form | **25% (10% to 40%)** |" in text and "No method does surely" not in text
    assert "**25%" not in where_it_looks({"localisation": located(0.02)}, TITLES), "an interval that holds 0"


def test_a_model_that_looks_outside_the_body_is_flagged() -> None:
    text = where_it_looks({"outside": outside(0.34)}, TITLES)
    assert "**It looks outside the body for Cyst and Stone**" in text
    assert "| Cyst | 40 of 9 | 34% (34% to 34%) | 38% | **yes** |" in text
    assert "| Tumor | 40 of 9 | 6.0% (6.0% to 6.0%) | 38% | no |" in text
    assert "It looks outside" not in where_it_looks({"outside": outside(0.2)}, TITLES)


def test_methods_that_fail_the_check_of_random_weights_are_named() -> None:
    methods = {"closed-form": {"passed": True}, "occlusion": {"passed": True}, "edges": {"passed": False}}
    text = where_it_looks({"sanity": {"squares": 6, "methods": methods}}, TITLES)
    assert "So it is with Grad-CAM, closed form and Occlusion." in text
    assert "**It stays much the same with edges**" in text
