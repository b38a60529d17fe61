"""The ImageNet weights that Keras keeps: the file in its cache, or fetched into it.

Keras' own fetching waits without end where packets get lost, and deletes a file placed by hand whose
digest is not the one it knows. This asks with a limit, and takes a placed file as it is.
"""

import hashlib
import http.client
import os
import shutil
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from core.models.backbones import Backbone
from core.models.weights import WeightsError
from core.storage import writing

PATIENCE = 8.0
"""Longest wait for an answer, or for more of it, s."""


def place(row: Backbone) -> Path:
    """Where a backbone's file belongs: Keras' cache, which KERAS_HOME moves."""
    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    return home / "models" / row.url.rpartition("/")[2]


def file(row: Backbone) -> Path:
    """A backbone's weights on this machine; fetched if they aren't here yet.

    Args:
        row: One with a `url`.

    Raises:
        WeightsError: They are not here and can't be fetched.
        StorageError: The cache can't be written to.
    """
    target = place(row)
    if not target.is_file():
        with writing(target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".", dir=target.parent) as made:
                part = Path(made) / target.name
                _fetch(row, part)
                part.replace(target)
    return target


def unfit(row: Backbone) -> WeightsError:
    """The error for a file that holds something else than it should."""
    return WeightsError(
        f"{place(row)} is not the file that Keras keeps for {row.title}: it is cut short, or holds another "
        f"network's weights. Delete it, or put {row.url} in its place.",
        "weights-damaged",
    )


def _fetch(row: Backbone, part: Path) -> None:
    try:
        with (
            urllib.request.build_opener().open(row.url, timeout=PATIENCE) as answer,
            part.open("wb") as stream,
        ):
            shutil.copyfileobj(answer, stream)
            whole = stream.tell() == int(answer.headers.get("Content-Length") or stream.tell())
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise _unreachable(row, f"{getattr(reason, 'strerror', None) or reason}") from error
    if not whole or not _as_published(row, part):
        raise _unreachable(row, "what came is not the whole file")


def _as_published(row: Backbone, part: Path) -> bool:
    """Whether the digest is the one Keras knows, if it knows one."""
    kind = "sha256" if len(row.digest) == 64 else "md5"
    with part.open("rb") as stream:
        found = hashlib.file_digest(stream, lambda: hashlib.new(kind, usedforsecurity=False))
    return not row.digest or found.hexdigest() == row.digest


def _unreachable(row: Backbone, why: str) -> WeightsError:
    others = " or ".join(f'"{one}"' for one in row.starts if one != "imagenet")
    return WeightsError(
        f"The ImageNet weights of {row.title} can't be fetched ({why}). Put {row.url} at {place(row)}, or "
        f'start from {others}, from "studio" where the shipped model has this backbone, or from a '
        "bundle's folder.",
        "weights-missing",
    )
