"""Promoting, challenging and rolling back: what is let through, what is refused and how that is said."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config.settings import Settings
from core.errors import BundleError, InputError, StudioError
from core.inference import standing
from core.models.bundle import LITERT
from core.promotion import promote as promotion
from core.promotion.gate import Check, Gate
from core.tracking import store
from core.tracking.registry.in_use import shelf
from core.tracking.registry.registry import Registry
from core.tracking.registry.values import Version
from core.tracking.runs.values import Run
from tests.support import candidates
from tests.tracking.registry.conftest import logged, variant

WHY = "better on small stones"


@pytest.fixture
def here(three: Settings, tiny: Path, tmp_path: Path) -> Settings:
    """Where v1, v2 and v3 are registered and the shipped model is one of its own."""
    return three.model_copy(update={"assets": candidates.assets(tmp_path / "assets", tiny)})


@pytest.fixture
def version(here: Settings) -> Callable[[str], Version]:
    return Registry(here).version


def gate(candidate: Version, here: Settings, met: bool | None = True) -> Gate:
    """What was measured of a candidate against what answers now."""
    now = standing.now(here, wait=True)
    return Gate(
        candidate=candidate.digest,
        champion=now.predictor.bundle.digest,
        champion_name=now.ref,
        at=time.time(),
        checks=(
            Check(name="loads", title="Loads", met=True, sentence="It does."),
            Check(name="accuracy", title="As accurate", met=met, sentence="It was measured."),
        ),
    )


def promoted(candidate: Version, here: Settings) -> None:
    promotion.promote(candidate, gate(candidate, here), "Ada", WHY, here)


def answering(here: Settings) -> str:
    return standing.now(here, wait=True).ref


def refused(act: Callable[[], object]) -> StudioError:
    with pytest.raises(StudioError) as caught:
        act()
    return caught.value


def test_a_met_gate_lets_it_answer_and_history_has_it(here: Settings, version) -> None:
    assert answering(here) == "shipped"
    entry = promotion.promote(version("v2"), gate(version("v2"), here), " Ada \n L. ", "", here)
    assert (entry.deed, entry.version, entry.before, entry.by) == ("promoted", "2", "", "Ada L.")
    assert answering(here) == "champion v2"
    kept = Registry(here).history()[0]
    assert kept.overridden == () and Gate.model_validate(kept.gate).checks[1].title == "As accurate"


@pytest.mark.parametrize("met", [False, None])
def test_a_line_that_is_not_met_or_not_measured_needs_an_override_with_a_reason(
    here: Settings, version, met: bool | None
) -> None:
    one = version("v1")
    told = gate(one, here, met)
    error = refused(lambda: promotion.promote(one, told, "Ada", WHY, here))
    assert error.code == "gate-missed" and "As accurate" in error.sentence
    for short in ("", "   ", "because", " " * 40):
        error = refused(lambda why=short: promotion.promote(one, told, "Ada", why, here, override=True))
        assert error.code == "no-reason"
    assert answering(here) == "shipped" and Registry(here).history() == []
    entry = promotion.promote(one, told, "Ada", WHY, here, override=True)
    assert entry.overridden == ("As accurate",) and entry.why == WHY
    assert answering(here) == "champion v1"


def test_an_override_of_a_met_gate_overrides_nothing(here: Settings, version) -> None:
    entry = promotion.promote(version("1"), gate(version("1"), here), "Ada", "", here, override=True)
    assert entry.overridden == ()


def test_a_gate_of_another_candidate_is_refused(here: Settings, version) -> None:
    error = refused(lambda: promotion.promote(version("1"), gate(version("2"), here), "Ada", WHY, here))
    assert error.code == "gate-stale" and "v1" in error.sentence and answering(here) == "shipped"


def test_a_gate_against_another_champion_is_refused(here: Settings, version) -> None:
    """Two people measure against the shipped model; the first one promotes."""
    second = gate(version("2"), here)
    promoted(version("1"), here)
    error = refused(lambda: promotion.promote(version("2"), second, "Bob", WHY, here))
    assert error.code == "gate-stale" and "champion v1 answers by now" in error.sentence
    assert answering(here) == "champion v1"


def test_a_champion_set_elsewhere_meanwhile_is_not_overwritten(here: Settings, version) -> None:
    """Another machine's, that this one hasn't heard of."""
    told = gate(version("2"), here)
    store.client(here).set_registered_model_alias(here.model_name, "champion", "3")
    error = refused(lambda: promotion.promote(version("2"), told, "Bob", WHY, here))
    assert error.code == "changed" and "v3" in error.sentence


def test_a_run_is_registered_when_it_is_promoted(here: Settings, tiny: Path, tmp_path: Path) -> None:
    run = logged(here, variant(tiny, tmp_path / "four", "four"), "four")
    told = gate(promotion.registered(run, here), here)
    assert promotion.promote(run, told, "Ada", WHY, here).version == "4"


def test_a_run_without_a_bundle_is_refused(here: Settings) -> None:
    nothing = Run("0" * 32, "by another program", "kidney", "finished")
    with pytest.raises(InputError):
        promotion.measure(nothing, here)


def test_what_another_program_registered_can_not_answer(here: Settings) -> None:
    other = Version("9", "", "", "", "", "", 0.0)
    for act in (
        lambda: promotion.measure(other, here),
        lambda: promotion.challenge(other, "Ada", "", here),
        lambda: promotion.promote(other, gate(other, here), "Ada", WHY, here),
    ):
        assert refused(act).code == "no-bundle"


@pytest.mark.parametrize("name", ["", "  ", "\n\t"])
def test_nobody_decides_nothing(here: Settings, version, name: str) -> None:
    for act in (
        lambda: promotion.promote(version("1"), gate(version("1"), here), name, WHY, here),
        lambda: promotion.challenge(version("1"), name, WHY, here),
        lambda: promotion.rollback(name, WHY, here),
    ):
        assert refused(act).code == "no-name"
    assert Registry(here).history() == []


def test_no_override_helps_a_candidate_that_can_not_be_loaded(
    here: Settings, version, tiny: Path, tmp_path: Path
) -> None:
    run = logged(here, variant(tiny, tmp_path / "four", "four"), "four")
    four = promotion.registered(run, here)
    (shelf(here) / four.digest / LITERT).write_bytes(b"x")
    uri = store.client(here).get_run(run.id).info.artifact_uri
    shutil.rmtree(Path(uri.removeprefix("file://")) / "bundle")
    told = gate(four, here, False)
    with pytest.raises(StudioError):
        promotion.promote(four, told, "Ada", WHY, here, override=True)
    assert answering(here) == "shipped" and Registry(here).history() == []


def test_what_answers_already_is_not_measured(here: Settings, version) -> None:
    promoted(version("1"), here)
    assert refused(lambda: promotion.measure(version("1"), here)).code == "already"


def test_rolling_back_goes_one_champion_back_each_time(here: Settings, version) -> None:
    promoted(version("1"), here)
    promoted(version("2"), here)
    entry = promotion.rollback("Bob", WHY, here)
    assert (entry.deed, entry.version, entry.before) == ("rolled back", "1", "2")
    assert answering(here) == "champion v1"
    assert promotion.rollback("Bob", WHY, here).version == ""
    assert answering(here) == "shipped"
    assert refused(lambda: promotion.rollback("Bob", WHY, here)).code == "nothing-behind"
    assert [one.deed for one in Registry(here).history()] == ["rolled back"] * 2 + ["promoted"] * 2


def test_a_rollback_needs_a_reason(here: Settings, version) -> None:
    promoted(version("1"), here)
    assert refused(lambda: promotion.rollback("Bob", "bad", here)).code == "no-reason"
    assert answering(here) == "champion v1"


def test_a_rollback_to_what_can_not_be_loaded_is_refused(
    here: Settings, version, tiny: Path, tmp_path: Path
) -> None:
    run = logged(here, variant(tiny, tmp_path / "four", "four"), "four")
    four = promotion.registered(run, here)
    promoted(four, here)
    promoted(version("1"), here)
    (shelf(here) / four.digest / LITERT).write_bytes(b"x")
    uri = store.client(here).get_run(run.id).info.artifact_uri
    shutil.rmtree(Path(uri.removeprefix("file://")) / "bundle")
    error = refused(lambda: promotion.rollback("Bob", WHY, here))
    assert isinstance(error, BundleError)
    assert error.sentence.startswith("It can't be rolled back to v4: ") and "goes on" in error.sentence
    assert answering(here) == "champion v1"


def test_a_challenger_answers_nobody_and_can_be_called_off(here: Settings, version) -> None:
    assert promotion.challenge(version("2"), "Ada", "", here).deed == "challenger"
    challenger = Registry(here).challenger()
    assert challenger and challenger.number == "2" and answering(here) == "shipped"
    promotion.challenge(None, "Ada", "", here)
    assert Registry(here).challenger() is None


def test_long_names_and_reasons_are_cut(here: Settings, version) -> None:
    entry = promotion.promote(version("1"), gate(version("1"), here), "A" * 5_000, "b" * 50_000, here)
    assert len(entry.by) == 100 and len(entry.why) == 1_000
    assert Registry(here).history()[0].by == "A" * 100
