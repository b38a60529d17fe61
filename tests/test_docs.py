"""The documentation says what is there."""

import re
from pathlib import Path

import pytest

from core.config.settings import Limits, Settings
from core.models.bundle import load
from core.training.model_card import render

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing, f"{page.name} links to files that are not there: {missing}"


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    names = [f"KCS_{name.upper()}" for name in Settings.model_fields if name != "limits"]
    names += [f"KCS_LIMIT_{name.upper()}" for name in Limits.model_fields]
    assert [name for name in names if f"`{name}`" not in text] == []
    assert set(re.findall(r"`(KCS_[A-Z_]+)`", text)) <= set(names)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_make_targets_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = set(re.findall(r"`make ([a-z-]+)`", (ROOT / page).read_text(encoding="utf-8")))
    assert named, f"{page} names no make target"
    assert named <= targets


def test_docker_copies_what_the_app_reads() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {"app", "core", "pages", "assets", "docs", ".streamlit", "requirements.txt"} <= kept
    assert all((ROOT / name).exists() for name in kept)


def test_the_model_card_is_of_the_shipped_bundle(shipped: Path) -> None:
    assert (ROOT / "docs/model_card.md").read_text(encoding="utf-8") == render(load(shipped))


def test_the_figures_in_prose_are_the_shipped_bundles(shipped: Path) -> None:
    metrics = load(shipped).card.metrics
    honest, leaking = metrics["grouped_cv"], metrics["random_cv"]
    f1 = {name: f"{value:.2f}" for name, value in honest["macro_f1"].items()}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"Macro F1 **{f1['value']}** (95 % interval {f1['low']} to {f1['high']})" in readme
    assert f"accuracy {honest['accuracy']['value']:.2f}" in readme
    assert f"scores {leaking['macro_f1']['value']:.2f}" in readme
    data = (ROOT / "docs/data_card.md").read_text(encoding="utf-8")
    assert f"macro F1 {leaking['macro_f1']['value']:.2f} on such a split and {f1['value']}" in data
