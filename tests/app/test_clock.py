"""Moments by the reader's clock, wherever the server stands."""

import math
import time
from collections.abc import Iterator

import pytest
import streamlit as st

from app import clock


@pytest.fixture(autouse=True)
def _server_far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Berlin", "2026-01-01 01:00"),
        ("America/New_York", "2025-12-31 19:00"),
        (None, "2026-01-01 00:00"),
        ("Nowhere/At all", "2026-01-01 00:00"),
        ("../etc/passwd", "2026-01-01 00:00"),
    ],
)
def test_a_moment_is_that_of_the_readers_clock(
    zone: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(st.context), "timezone", zone)
    assert clock.moment(1_767_225_600.0) == said
    assert clock.moment(1_767_225_600.0, "%Y") == said[:4]


@pytest.mark.parametrize("seconds", [None, math.nan, math.inf, 1e18, -1e18])
def test_what_no_calendar_has_is_empty(seconds: float | None) -> None:
    assert clock.moment(seconds) == ""
