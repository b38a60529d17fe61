"""Asks a web server for a file: redirects that may be followed, refusals as sentences."""

import re
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from core.data.fetching import address as addresses
from core.data.fetching import delivery
from core.data.fetching.meter import lasting
from core.errors import DataError, InputError

_REDIRECTS = 10
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server, and how often.

    Attributes:
        connect: Seconds until a connection must stand.
        silent: Seconds that a server may send nothing.
        tries: How often in a row a download may break off without getting on.
        pause: Seconds before the second try; doubles with each, up to 30.
    """

    connect: float = 15.0
    silent: float = 60.0
    tries: int = 6
    pause: float = 1.0


PATIENT = Patience()


class BrokenOffError(Exception):
    """This try failed; the next may not."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


def ask(
    session: requests.Session, address: str, wanted: dict[str, str], patience: Patience
) -> requests.Response:
    """A response to stream from, after redirects."""
    parts = addresses.split(address)
    url = parts.geturl()
    for _ in range(_REDIRECTS):
        response = _get(session, url, wanted, patience)
        onward = session.get_redirect_target(response)
        if onward is None:
            return response
        response.close()
        url = urljoin(url, onward)
        parts = addresses.split(url, before=parts)
    raise DataError(
        f"{addresses.shown(address)} leads on from one address to the next without end. "
        f"{delivery.IN_A_BROWSER}",
        "redirects",
    )


def _get(
    session: requests.Session, url: str, wanted: dict[str, str], patience: Patience
) -> requests.Response:
    timeout = (patience.connect, patience.silent)
    try:
        return session.get(url, headers=wanted, stream=True, allow_redirects=False, timeout=timeout)
    except requests.exceptions.ReadTimeout:
        raise BrokenOffError(silence(patience)) from None
    except (requests.exceptions.InvalidURL, urllib3.exceptions.LocationValueError, UnicodeError):
        raise InputError(
            f"{addresses.shown(url)} is no address. Check how it is spelt.", "bad-address"
        ) from None
    except requests.exceptions.SSLError as error:
        if "CERTIFICATE_VERIFY_FAILED" not in str(error):
            raise BrokenOffError("the secure connection broke off") from None
        raise DataError(
            f"{addresses.shown(url)} can't prove that it is the host it says: its certificate isn't trusted. "
            f"Check the address, or download the zip in a browser and ingest the file.",
            "certificate",
        ) from None
    except requests.exceptions.RequestException as error:
        if "NameResolutionError" in str(error):
            raise _unknown(url) from None
        raise BrokenOffError(f"{urlsplit(url).hostname} can't be reached") from None
    except OSError:
        raise no_certificates() from None


def no_certificates() -> DataError:
    """What an OSError without a number means, which requests raises where it finds no certificates."""
    return DataError(
        "No https address can be asked: the certificates to trust can't be read. Let REQUESTS_CA_BUNDLE name "
        "a file that exists, or unset it.",
        "certificate",
    )


def _unknown(url: str) -> DataError:
    return DataError(
        f"There is no host {urlsplit(url).hostname}, or no network to ask for it. Check the address and the "
        f"network and try again.",
        "no-host",
    )


def refuse(response: requests.Response, shown: str) -> None:
    """Raise what an answer without a file means."""
    code = response.status_code
    if code == HTTPStatus.OK:
        return
    if code in _AGAIN:
        wait = response.headers.get("Retry-After", "")
        raise BrokenOffError(
            f"the server answers {code}", min(LONGEST_PAUSE, float(wait)) if wait.isdecimal() else 0.0
        )
    if code in (401, 403, 407, 451):
        what = f"{shown} is not open to everyone: the server answers {code}."
        raise DataError(f"{what} Download the zip in a browser and ingest the file.", "forbidden")
    if code in (404, 410):
        raise DataError(
            f"There is nothing at {shown}: the server answers {code}. Check the address.", "not-found"
        )
    raise DataError(
        f"{shown} gives no file: the server answers {code}. Check the address, or download the zip in a "
        f"browser and ingest the file.",
        "no-file",
    )


def disposition(header: str) -> str:
    """The file name in a Content-Disposition, as it came; empty where there is none."""
    message = Message()
    message["Content-Disposition"] = re.sub(r"[\r\n]", " ", header)
    name = message.get_filename("")
    try:
        # servers send UTF-8 here, which HTTP hands on as Latin-1
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def silence(patience: Patience) -> str:
    """Why a try ended in which nothing came."""
    return f"the server sent nothing for {lasting(patience.silent)}"
