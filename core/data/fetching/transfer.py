"""Brings a file from a web server: streamed, resumed where it broke off, as long as announced."""

import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests
import urllib3

from core.data.fetching import address as addresses
from core.data.fetching import asking, delivery, part
from core.data.fetching.asking import PATIENT, Patience
from core.data.fetching.meter import Meter, size
from core.data.fetching.part import State
from core.errors import DataError, LimitError, StorageError
from core.storage import writing

_CHUNK = 64 * 1024
_ENOUGH = 1024**2
"""Bytes that a try must add so that it was not in vain."""


def transfer(address: str, folder: Path, meter: Meter, patience: Patience = PATIENT) -> State:
    """Bring a file to ``folder/download.part``; goes on from the part that is there.

    Args:
        address: https, or http on this machine.
        folder: Of this download alone; exists.
        meter: Told of each chunk.
        patience: Waits and tries.

    Returns:
        What the server said of the file. Its length, where announced, is that of the part.

    Raises:
        DataError: The server can't be reached, refuses, breaks off, or sends something else than a zip.
        InputError: The address or one it leads to can't be fetched from.
        LimitError: The file is too large.
        StorageError: The disk is full or can't be written to.
    """
    shown, vain, furthest = addresses.shown(address), 0, part.have(folder)
    with closing(requests.Session()) as session:
        session.headers.update({"User-Agent": "kidney-ct-studio", "Accept-Encoding": "identity"})
        while True:
            try:
                return _attempt(session, address, folder, meter, patience)
            except asking.BrokenOffError as broken:
                vain = 1 if part.have(folder) >= furthest + _ENOUGH else vain + 1
                furthest = max(furthest, part.have(folder))
                if vain >= patience.tries:
                    raise DataError(_gave_up(shown, broken, furthest), "broken-off") from None
                meter.waits(str(broken))
                time.sleep(max(broken.wait, min(asking.LONGEST_PAUSE, patience.pause * 2 ** (vain - 1))))


def _gave_up(shown: str, broken: asking.BrokenOffError, kept: int) -> str:
    going_on = f", which goes on after the {size(kept)} that are here" if kept else ""
    return f"{shown} can't be fetched: {broken}. Check the network and try again{going_on}."


def _attempt(
    session: requests.Session, address: str, folder: Path, meter: Meter, patience: Patience
) -> State:
    url = addresses.canonical(address)
    state, have = part.read(folder, url)
    if have and have == state.length:
        # killed between the last byte and the check
        return state
    wanted = {"Range": f"bytes={have}-", "If-Range": state.validator} if have else {}
    with closing(asking.ask(session, address, wanted, patience)) as response:
        if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            goes_on = False
        elif response.status_code == HTTPStatus.PARTIAL_CONTENT and have:
            goes_on = _fits(response, state, have)
        else:
            asking.refuse(response, addresses.shown(url))
            return _save(response, _said(response, url), 0, folder, meter, patience)
        if goes_on:
            return _save(response, state, have, folder, meter, patience)
    part.drop(folder)
    return _attempt(session, address, folder, meter, patience)


def _fits(response: requests.Response, state: State, have: int) -> bool:
    """Whether the rest that a server sends belongs to the part that is here."""
    head = response.headers
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", head.get("Content-Range", "").strip())
    if found is None or int(found[1]) != have:
        return False
    whole = None if found[3] == "*" else int(found[3])
    same = state.validator in (head.get("ETag", state.validator), head.get("Last-Modified"))
    return same and (whole is None or state.length is None or whole == state.length)


def _said(response: requests.Response, url: str) -> State:
    """What a server says of the whole file that it begins to send."""
    head = response.headers
    etag = head.get("ETag", "")
    length = None if "Transfer-Encoding" in head else head.get("Content-Length")
    named = urlsplit(url).path, urlsplit(response.url).path
    ends = [unquote(path) for path in named]
    zips = [name for name in ends if name.lower().endswith(".zip")]
    return State(
        url=url,
        name=addresses.safe_name(asking.disposition(head.get("Content-Disposition", "")), *zips, *ends),
        validator=etag if etag.startswith('"') else head.get("Last-Modified", ""),
        length=int(length) if length and length.isdecimal() else None,
    )


def _save(
    response: requests.Response, state: State, have: int, folder: Path, meter: Meter, patience: Patience
) -> State:
    """Write what comes, behind the part that is here."""
    chunks = _chunks(response, patience)
    head = b""
    while not have and len(head) < 4 and (more := next(chunks, b"")):
        head += more
    if not have:
        delivery.begins(head, response.headers.get("Content-Type", ""), addresses.shown(state.url))
        part.drop(folder)
    whole = response.headers.get("Content-Range", "").rpartition("/")[2]
    if state.length is None and have and whole.isdecimal():
        state = replace(state, length=int(whole))
    meter.start(have, state.length)
    part.write(folder, state)
    try:
        got = _write(folder / part.PART, chain([head], chunks), state, have, meter)
    except (StorageError, LimitError):
        # a full disk must not stay full of what can't be ended
        part.drop(folder)
        raise
    if state.length is not None and got != state.length:
        raise _amiss(state, state.length, got, folder)
    return state


def _write(path: Path, chunks: Iterable[bytes], state: State, have: int, meter: Meter) -> int:
    """Bytes that are here in the end; stops where more come than were announced."""
    got = have
    with writing(path.parent), path.open("ab") as stream:
        for chunk in chunks:
            stream.write(chunk)
            got += len(chunk)
            if state.length is not None and got > state.length:
                return got
            meter.at(got)
        os.fsync(stream.fileno())
    return got


def _amiss(state: State, announced: int, got: int, folder: Path) -> Exception:
    if got < announced:
        return asking.BrokenOffError(f"it broke off after {size(got)} of {size(announced)}")
    part.drop(folder)
    return DataError(
        f"{addresses.shown(state.url)} sent more than the {size(announced)} that it announced. "
        f"Try again later, or ask who offers it.",
        "length",
    )


def _chunks(response: requests.Response, patience: Patience) -> Iterator[bytes]:
    try:
        yield from response.raw.stream(_CHUNK, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError:
        raise asking.BrokenOffError(asking.silence(patience)) from None
    except urllib3.exceptions.HTTPError:
        raise asking.BrokenOffError("the connection broke off") from None
