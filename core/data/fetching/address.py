"""Tells addresses from paths, and gives one spelling to each."""

import ipaddress
import re
import unicodedata
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit, urlunsplit

from core.errors import InputError

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_ID = re.compile(r"1[A-Za-z0-9_-]{32}|0B[A-Za-z0-9_-]{26}")
"""Google Drive's ids of files: 33 letters now, 28 in its first years."""
_DRIVE = ("drive.google.com", "docs.google.com", "drive.usercontent.google.com")
_PORTS = {"https": 443, "http": 80}
_KEPT = "/%:@!$&'()*+,;=~-._"
"""Letters that a spelling may hold as they are."""
_MOST_NAME = 120
"""Bytes of a file's name; file systems stop at 255."""
_FORBIDDEN = '<>:"|?*'


def is_address(source: str) -> bool:
    """Whether this is to be fetched: anything with ``scheme://``, a Drive link, or a bare id of a file there.

    Args:
        source: What a person gave. A path that exists is never taken for an id.
    """
    source = source.strip()
    if _SCHEME.match(source) or source.lower().startswith(tuple(f"{host}/" for host in _DRIVE)):
        return True
    return _ID.fullmatch(source) is not None and not Path(source).exists()


def canonical(address: str) -> str:
    """The one spelling of an address; holds no password.

    Raises:
        InputError: It is no address that can be fetched from.
    """
    identity = drive_id(address)
    if identity:
        return f"https://drive.google.com/file/d/{identity}/view"
    parts = split(address)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    path = quote(parts.path or "/", safe=_KEPT)
    return urlunsplit((parts.scheme, host + port, path, quote(parts.query, safe=_KEPT + "?"), ""))


def drive_id(address: str) -> str | None:
    """The id of a file on Google Drive; None where the address leads elsewhere.

    Raises:
        InputError: It leads to Drive, but to no file.
    """
    address = address.strip()
    if _ID.fullmatch(address):
        return address
    try:
        parts = urlsplit(address if _SCHEME.match(address) else f"https://{address}")
    except ValueError:
        return None
    if parts.hostname not in _DRIVE:
        return None
    inside = re.search(r"/file/(?:u/\d+/)?d/([A-Za-z0-9_-]{10,100})(?:/|$)", parts.path)
    named = parse_qs(parts.query).get("id", [""])[0]
    identity = inside[1] if inside else named
    if not re.fullmatch(r"[A-Za-z0-9_-]{10,100}", identity):
        raise InputError(
            f"{shown(address)} is no link to a file on Google Drive. Open the zip there, choose Share, "
            f"Copy link, and give that link.",
            "bad-address",
        )
    return identity


def split(address: str, before: SplitResult | None = None) -> SplitResult:
    """Take an address apart, if it may be fetched from.

    Args:
        address: With its scheme.
        before: The address that led to this one.

    Raises:
        InputError: It is malformed, neither https nor on this machine, or less safe than the one before.
    """
    try:
        parts = urlsplit(address.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in address.strip()):
        raise InputError(
            f'"{address[:100]}" is no address. Give one like https://host/file.zip.', "bad-address"
        )
    if parts.scheme == "https" or (
        parts.scheme == "http" and _loopback(host) and (before is None or before.scheme == "http")
    ):
        return parts
    led = f"{shown(urlunsplit(before))} leads on to" if before else "Can't fetch from"
    raise InputError(
        f"{led} {shown(address)}: only https is allowed (plain http on this machine alone). "
        f"Look for an https address, or download the zip and ingest the file.",
        "bad-scheme",
    )


def shown(address: str) -> str:
    """An address fit for a sentence: no password, no query (it may hold a key), not long."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return f'"{address[:100]}"'
    plain = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], unquote(parts.path), "", ""))
    plain = "".join(letter for letter in plain if unicodedata.category(letter)[0] != "C")
    return plain if len(plain) <= 100 else f"{plain[:70]}...{plain[-27:]}"


def safe_name(*wanted: str) -> str:
    """A zip's file name without folders, control letters or tricks, at most 120 bytes long.

    Args:
        wanted: Names, the first that can be used is taken.
    """
    for name in wanted:
        name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
        name = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in _FORBIDDEN)
        stem = re.sub(r"\.zip$", "", name.strip(), flags=re.IGNORECASE).strip(" .")
        stem = stem.encode("utf-8")[: _MOST_NAME - 4].decode("utf-8", "ignore").strip(" .")
        if stem:
            return f"{stem}.zip"
    return "download.zip"


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
