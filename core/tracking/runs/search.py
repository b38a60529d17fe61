"""Pages of runs: filtered by the server as far as it can, and full all the same."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from core.errors import InputError
from core.tracking import trouble
from core.tracking.runs import shaped
from core.tracking.runs.listing import listed
from core.tracking.runs.query import EXAMPLE, containing
from core.tracking.runs.source import Source
from core.tracking.runs.values import Page, Query, Run

LARGEST: Final = 1_000
_LONGEST: Final = 4_000
_WHOLE: Final = "tags.`mlflow.parentRunId` IS NULL"
_REFUSED: Final = ("INVALID_PARAMETER_VALUE", "BAD_REQUEST")
_PLACE: Final = re.compile(r"(\d{1,9})\.(.*)", re.DOTALL)
Keep = Callable[[Run], bool]


def page(client: Any, source: Source, names: Mapping[str, str], query: Query, after: str, size: int) -> Page:
    """Some of the runs that a query means, as many as are asked for wherever there are as many.

    Args:
        client: MLflow's.
        source: What the server can do.
        names: Of the experiments to look in, by id.
        query: Which runs.
        after: `Page.next` of the page before.
        size: 1..1000.

    Raises:
        InputError: The filter, the order, `after` or `size` can't be understood.
    """
    if not 1 <= size <= LARGEST:
        raise InputError(f"A page holds 1 to {LARGEST} runs, not {size}.", "page")
    skip, token = _place(after)
    if not names:
        return Page([])
    try:
        return _filled(client, names, query, skip, token, size, source.nulls)
    except Exception as error:
        if source.nulls and not query.parts and trouble.code(error) in _REFUSED:
            # older servers don't know IS NULL; what is wrong with the filter itself is wrong again
            found = _tried(client, names, query, skip, token, size)
            source.nulls = False
            return found
        raise _understood(client, names, query, error) from error


def _tried(client: Any, names: Mapping[str, str], query: Query, skip: int, token: str, size: int) -> Page:
    try:
        return _filled(client, names, query, skip, token, size, nulls=False)
    except Exception as error:
        raise _understood(client, names, query, error) from error


def _filled(
    client: Any, names: Mapping[str, str], query: Query, skip: int, token: str, size: int, nulls: bool
) -> Page:
    keep = _keep(query, nulls)
    # places of the server's pages count from a query's start, so that every page must be as long
    length = LARGEST if keep else size
    found: list[Run] = []
    while True:
        runs, further = listed(
            client,
            names,
            _filter(query, nulls),
            archived=query.archived,
            length=length,
            order=query.order,
            token=token,
        )
        runs = [one for one in runs if keep is None or keep(one)][skip:]
        room = size - len(found)
        found += runs[:room]
        if len(runs) > room:
            return Page(found, f"{skip + room}.{token}")
        if not further:
            return Page(found)
        skip, token = 0, further
        if len(found) == size:
            return Page(found, f"0.{token}")


def _filter(query: Query, nulls: bool) -> str:
    """Ours first: what a person typed might end in a comment."""
    others = set(shaped.STATES.values()) - set(query.states) if query.states else set()
    words = {state: word for word, state in shaped.STATES.items()}
    parts: Sequence[str] = (
        *((_WHOLE,) if nulls and not query.parts else ()),
        *(f"attributes.status != '{words[state]}'" for state in sorted(others)),
        *((f"attributes.run_name ILIKE '{containing(query.text)}'",) if query.text else ()),
        *((query.filter,) if query.filter.strip() else ()),
    )
    return " AND ".join(parts)


def _keep(query: Query, nulls: bool) -> Keep | None:
    """What the server can't tell; None where it tells all."""
    text = query.text.casefold()
    if not text and (nulls or query.parts):
        return None
    return lambda run: (query.parts or run.parent is None) and text in run.name.casefold()


def _place(after: str) -> tuple[int, str]:
    if not after:
        return 0, ""
    found = _PLACE.fullmatch(after)
    if not found:
        raise InputError("That page of runs is not there. Begin with the first one.", "page")
    return int(found[1]), found[2]


def _understood(client: Any, names: Mapping[str, str], query: Query, error: Exception) -> Exception:
    """An error as the filter's or the order's where it is theirs; else itself."""
    if not (query.filter.strip() or query.order):
        return error
    if trouble.code(error) not in _REFUSED and (trouble.cause(error) or not _theirs(client, names)):
        return error
    which = "filter" if query.filter.strip() else "order"
    said = trouble.brief(error)
    if re.search(r"\bor\b", query.filter, re.IGNORECASE) and "Invalid clause" in said:
        said = f"{said} (there is AND, but no OR)"
    return InputError(f"The {which} can't be read: {said}. One that can: {_example(which)}.", "filter")


def _theirs(client: Any, names: Mapping[str, str]) -> bool:
    """Whether the same question without them is answered."""
    try:
        client.search_runs(list(names)[:1], max_results=1)
    except Exception:
        return False
    return True


def _example(which: str) -> str:
    return EXAMPLE if which == "filter" else "metrics.test_macro_f1 DESC"


def refuse_long(query: Query) -> None:
    """Before anything is asked.

    Raises:
        InputError: The filter or the order is longer than any that a person writes.
    """
    if max(len(query.filter), len(query.order)) > _LONGEST:
        raise InputError(f"A filter has at most {_LONGEST} letters. One that works: {EXAMPLE}.", "filter")
