"""Bringing a zip here from an https address or from Google Drive: ``fetch`` is the way in."""
