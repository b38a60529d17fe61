"""Moments as the reader's own clock shows them; the server may stand in another country."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def zone() -> ZoneInfo:
    """Where the reader is, as the browser says; Greenwich where it doesn't."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def moment(seconds: float | None, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """A moment, to the minute; empty where there is none that a calendar has.

    Args:
        seconds: Since 1970.
        pattern: As `datetime.strftime` takes it.
    """
    try:
        return "" if seconds is None else datetime.fromtimestamp(seconds, zone()).strftime(pattern)
    except (ValueError, OverflowError, OSError):
        return ""
