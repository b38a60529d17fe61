"""What a person may change of a run."""

from collections.abc import Callable
from typing import Any

from core.errors import InputError
from core.tracking import entries, trouble
from core.tracking.runs.values import Run

NAME_LETTERS = 500
NOTE = "mlflow.note.content"
_OURS = ("studio.", "mlflow.")
_FINE = "RESOURCE_DOES_NOT_EXIST"
Parts = Callable[[str], list[Run]]


def rename(client: Any, run: str, name: str) -> None:
    """Call a run otherwise.

    Raises:
        InputError: There is no such run, it is archived, or the name is empty or too long.
    """
    named = " ".join(name.split())
    if not 1 <= len(named) <= NAME_LETTERS:
        raise InputError(f"A run's name has 1 to {NAME_LETTERS} letters, not {len(named)}.", "run-name")
    _active(client, run)
    client.update_run(run, name=named)


def tag(client: Any, run: str, name: str, value: str) -> None:
    """Set a tag, or remove it where the value is "".

    Raises:
        InputError: There is no such run, it is archived, or the tag is not a person's to set.
    """
    name = name.strip()
    if name.lower().startswith(_OURS):
        raise InputError(f"Tags that begin with {' or '.join(_OURS)} are not set by hand.", "run-tag")
    if not name or entries.key(name) != name:
        raise InputError(
            f"{name[:60]!r} is no name for a tag: letters, digits, spaces and _ - . / only, "
            f"at most {entries.KEY_LETTERS}.",
            "run-tag",
        )
    if len(value) > entries.TAG_LETTERS:
        raise InputError(f"A tag has at most {entries.TAG_LETTERS} letters.", "run-tag")
    _set(client, run, name, value)


def note(client: Any, run: str, text: str) -> None:
    """Write down what a person thinks of a run; "" removes it.

    Raises:
        InputError: There is no such run, it is archived, or the text is too long.
    """
    if len(text) > entries.TAG_LETTERS:
        raise InputError(f"A note has at most {entries.TAG_LETTERS} letters, not {len(text)}.", "run-note")
    _set(client, run, NOTE, text)


def archive(client: Any, run: str, parts: Parts) -> None:
    """Hide a run, with its parts and theirs; nothing of it is lost.

    Args:
        client: MLflow's.
        run: Its id.
        parts: Gives a run's parts, archived ones too.

    Raises:
        InputError: There is no such run.
    """
    for own, archived in _family(client, run, parts).items():
        if not archived:
            client.delete_run(own)


def restore(client: Any, run: str, parts: Parts) -> None:
    """Take an archived run back, with its parts and theirs.

    Args:
        client: MLflow's.
        run: Its id.
        parts: Gives a run's parts, archived ones too.

    Raises:
        InputError: There is no such run.
    """
    for own, archived in _family(client, run, parts).items():
        if archived:
            client.restore_run(own)


def _family(client: Any, run: str, parts: Parts) -> dict[str, bool]:
    """Whether a run and each one below it is archived; a run may be its own grandparent by others' tags."""
    found = {run: client.get_run(run).info.lifecycle_stage == "deleted"}
    left = [run]
    while left:
        new = [one for one in parts(left.pop()) if one.id not in found]
        found |= {one.id: one.archived for one in new}
        left += [one.id for one in new]
    return found


def _set(client: Any, run: str, name: str, value: str) -> None:
    _active(client, run)
    if value:
        client.set_tag(run, name, value)
        return
    try:
        client.delete_tag(run, name)
    except Exception as error:
        if trouble.code(error) != _FINE:
            raise


def _active(client: Any, run: str) -> None:
    if client.get_run(run).info.lifecycle_stage == "deleted":
        raise InputError("The run is archived. Restore it first, then change it.", "archived")
