import pytest

from core.tracking import entries


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("training.seed", "training.seed"), ("val_macro_f1", "val_macro_f1"), ("a b/c-d", "a b/c-d"),
        ("Größe", "Gr__e"), ("a\nb", "a_b"), ("", "_"), ("/", "_"), ("..", "_"), ("a/../b", "a/_/b"),
        ("/a//b/", "a/b"), ("x" * 300, "x" * 250), ("50%", "50_"), ("a'b", "a_b"),
    ],
)  # fmt: skip
def test_names_are_what_mlflow_takes(name: str, fit: str) -> None:
    from mlflow.utils.validation import _validate_metric_name, _validate_param_name

    assert entries.key(name) == fit
    _validate_metric_name(entries.key(name))
    _validate_param_name(entries.key(name))


@pytest.mark.parametrize(
    "names", [("fold 1", "fold-1"), ("Fold 1", "fold 1"), ("a" * 60, "a" * 61), ("", " ")]
)
def test_parts_of_other_names_lie_apart(names: tuple[str, str]) -> None:
    slugs = {entries.slug(name) for name in names}
    assert len(slugs) == 2
    assert all(len(slug) < 60 and "/" not in slug and not slug.startswith(".") for slug in slugs)


def test_nested_parameters_are_flat_and_long_ones_are_cut_and_named() -> None:
    nested = {"training": {"seed": 0, "variants": ("a", "b"), "extra": None}, "plain": True}
    flat = entries.flat(nested)
    assert flat == {
        "training.seed": 0, "training.variants": ("a", "b"), "training.extra": None, "plain": True,
    }  # fmt: skip
    texts, cut = entries.parameters(flat | {"long": "ä" * 6001, "just": "ä" * 6000})
    assert texts["training.variants"] == "a, b" and texts["plain"] == "True"
    assert cut == ["long"] and len(texts["long"]) == len(texts["just"]) == 6000
    assert len(entries.tags({"t": "x" * 9000})["t"]) == 8000


@pytest.mark.parametrize("value", ["words", None, object(), [1], float("nan"), float("-inf"), 10**400, 1j])
def test_what_is_no_number_has_no_value(value: object) -> None:
    assert entries.number(value) is None


def test_numbers_of_all_kinds_are() -> None:
    import numpy as np

    assert [entries.number(one) for one in (1, True, 0.5, np.float32(0.5), np.int64(3), np.array(2.0))] == [
        1.0, 1.0, 0.5, 0.5, 3.0, 2.0,
    ]  # fmt: skip
