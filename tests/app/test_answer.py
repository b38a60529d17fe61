"""The answer's words: a label with its share, or declined with its reasons and no colour."""

from streamlit.testing.v1 import AppTest


def _given() -> None:
    from app.components import answer
    from tests.app.test_session_and_intake import case

    answer.show(case("a", (0.1, 0.06, 0.82, 0.02)), None)


def _declined() -> None:
    from app.components import answer
    from tests.app.test_session_and_intake import case

    answer.show(case("a", (0.3, 0.3, 0.2, 0.2), declined=True), None)


def _html(at: AppTest) -> str:
    assert not at.exception
    return "\n".join(one.value for one in at.get("html"))


def test_an_answer_is_its_label_and_its_model_probability() -> None:
    text = _html(AppTest.from_function(_given, default_timeout=30).run())
    assert '<span class="verdict-label">Stone</span>' in text
    assert '<span class="verdict-value">82 %</span>' in text
    assert "model probability" in text
    assert 'aria-label="Model probability: Cyst 10 %, Normal 6 %, Stone 82 %, Tumor 2 %"' in text


def test_a_declined_slice_shows_its_reason_and_its_shares_only_when_asked() -> None:
    at = AppTest.from_function(_declined, default_timeout=30).run()
    text = _html(at)
    assert "Declined" in text and "The model is unsure." in text
    assert "30 %" not in text
    at.toggle(key="show_declined").set_value(True).run()
    text = _html(at)
    assert 'class="bars quiet"' in text and "Cyst 30 %" in text
    assert "#56B4E9" not in text
