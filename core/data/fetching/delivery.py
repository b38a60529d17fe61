"""Checks that what was delivered is the zip that was asked for."""

import hashlib
import html
import re
import zipfile
from pathlib import Path

from core.data.fetching.meter import size
from core.errors import DataError

_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
"""A zip's first four bytes: of a file in it, of an empty one, of one cut into volumes."""
_TITLE = re.compile(rb"<title[^>]*>(.{1,400}?)</title", re.IGNORECASE | re.DOTALL)
IN_A_BROWSER = "Open it in a browser, download the zip there, and ingest the file."


def begins(head: bytes, kind: str, shown: str) -> None:
    """Refuse by its first bytes what can't become a zip.

    Args:
        head: At least four bytes, if there are as many.
        kind: The content type that a server calls it; empty where unknown.
        shown: The address, as a person may see it.

    Raises:
        DataError: A web page came, nothing, or a file of another kind.
    """
    page = head[:1024].lstrip().lower().startswith((b"<!doctype html", b"<html", b"<head"))
    if head.startswith(_STARTS):
        return
    if page or "html" in kind.lower():
        titled = _title(head)
        raise DataError(
            f"{shown} sent a web page{titled} instead of a zip: it may want a log-in, or allow no more "
            f"downloads for now. {IN_A_BROWSER}",
            "page",
        )
    what = "sent a file that is no zip" if head else "sent an empty file"
    raise DataError(f"{shown} {what}. Give the address of a zip with a folder for each class.", "no-zip")


def check(path: Path, shown: str, sha256: str = "") -> None:
    """Refuse a finished file that is no whole zip, or not the one expected.

    Args:
        path: What came.
        shown: The address, as a person may see it.
        sha256: The digest it must have, hex; any if empty.

    Raises:
        DataError: It is something else, damaged, incomplete, or has another digest.
    """
    with path.open("rb") as stream:
        begins(stream.read(4096), "", shown)
        stream.seek(0)
        digest = hashlib.file_digest(stream, "sha256").hexdigest() if sha256 else ""
    if digest != sha256.lower():
        raise DataError(
            f"{shown} sent another file than the one expected: its SHA-256 is {digest[:12]}..., not "
            f"{sha256[:12].lower()}.... Don't use it; ask where it comes from.",
            "digest",
        )
    if not zipfile.is_zipfile(path):
        raise DataError(
            f"{shown} sent {size(path.stat().st_size)} that begin as a zip but lack its end: the file is "
            f"incomplete or damaged there. Try again later, or ask who offers it.",
            "damaged",
        )


def _title(head: bytes) -> str:
    found = _TITLE.search(head)
    words = html.unescape(found[1].decode("utf-8", "replace")) if found else ""
    words = " ".join("".join(c if c.isprintable() else " " for c in words).split())[:80]
    return f' ("{words}")' if words else ""
