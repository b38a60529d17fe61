"""From an outbox to MLflow: in order, in batches, each exactly once however often it is cut off.

What was sent but not noted as sent is sent again, and changes nothing: a metric carries the time it
was recorded at, and MLflow keeps one of each (run, key, step, time, value); everything else replaces
itself. A run is found again by its outbox's name before another one is made.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.config.settings import Settings
from core.errors import InputError, StudioError
from core.jobs import records
from core.tracking import entries, logged_model, requests, store, trouble
from core.tracking.outbox import FOLDER, Delivered, Line, Outbox

_MISSING, _REFUSED = "RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"
"""MLflow's names of errors that trying again doesn't mend."""
_DELETED = "The run was deleted in MLflow; what it recorded after that is only in the job's folder."
_ENDS = {"succeeded": "finished", "cancelled": "killed"}

_log = logging.getLogger(__name__)


class Delivery:
    """Delivers an outbox and those of its parts; whoever has one has the outbox `Outbox.held`.

    Args:
        root: The outbox.
        settings: Where runs are.
    """

    def __init__(self, root: Outbox, settings: Settings) -> None:
        self._root = root
        self._settings = settings
        self._client: Any = None

    def attempt(self) -> bool:
        """Deliver what is there now; what stands in the way is noted in the outbox.

        Returns:
            Whether nothing did.
        """
        try:
            self._all(self._root, None)
        except Exception as error:
            # whatever it is, a training goes on and the rest is delivered later
            self._client = None
            sentence = trouble.sentence(error, self._settings)
            _log.warning("not delivered: %s", sentence, exc_info=error)
            self._note(trouble=sentence)
            return False
        if self._root.delivered.trouble:
            self._note(trouble="")
        return True

    def _note(self, trouble: str) -> None:
        try:
            self._root.note(self._root.delivered.model_copy(update={"trouble": trouble}))
        except (StudioError, OSError) as error:
            _log.warning("how far the delivery is can't be written down: %s", error)

    def _all(self, box: Outbox, parent: str | None) -> None:
        self._one(box, parent)
        run = box.delivered.run_id
        for child in box.children():
            self._all(child, run)

    def _one(self, box: Outbox, parent: str | None) -> None:
        if box.delivered.length >= box.length:
            return
        box.settle()
        try:
            self._rest(box, parent)
        except Exception as error:
            now, code = box.delivered, trouble.code(error)
            if code == _MISSING:
                # another database is in the place of the one that had the run: all of it goes there
                box.note(Delivered(refused=now.refused))
                self._rest(box, parent)
            elif code == _REFUSED and self._deleted(now):
                refused = (*now.refused, _DELETED)
                box.note(now.model_copy(update={"length": box.length, "over": True, "refused": refused}))
            else:
                raise
        if box.delivered.over and box.delivered.length >= box.length:
            box.clear()

    def _rest(self, box: Outbox, parent: str | None) -> None:
        now = self._with_run(box, parent)
        for batch in requests.batches(box.lines(now.length)):
            refused = [*now.refused, *self._send(box, now, batch)]
            kind, over = batch[-1].entry.get("kind"), now.over
            over = kind == entries.FINISH or (over and kind != entries.START)
            update = {"length": batch[-1].end, "refused": tuple(dict.fromkeys(refused)), "over": over}
            now = now.model_copy(update=update)
            box.note(now)

    def _with_run(self, box: Outbox, parent: str | None) -> Delivered:
        """The outbox's state, with the run that it is delivered to."""
        now = box.delivered
        client = self._connected(create=now.run_id is None)
        if now.run_id is None:
            start = next(iter(box.lines())).entry
            experiment = store.experiment(client, start["experiment"], self._settings)
            run = requests.found(client, experiment, start) or requests.made(
                client, experiment, start, parent
            )
            now = now.model_copy(update={"run_id": run, "experiment_id": experiment})
            box.note(now)
        return now

    def _connected(self, *, create: bool) -> Any:
        # asked each time: a database may be moved away, and an empty one be made in its place by looking
        if self._client is None or not store.there(self._settings):
            self._client = store.client(self._settings, create=create)
        return self._client

    def _send(self, box: Outbox, now: Delivered, batch: Sequence[Line]) -> list[str]:
        """Deliver some entries of one kind.

        Returns:
            Sentences on those that are refused for good.
        """
        first = batch[0].entry
        kind = first.get("kind")
        if kind in requests.ITEMS:
            items = [item for line in batch for item in requests.items(line.entry)]
            size = requests.ITEMS[kind]
            parts = [items[at : at + size] for at in range(0, len(items), size)]
            return [why for part in parts for why in self._log(now, kind, part)]
        if kind == entries.START and batch[0].end > _first_end(box):
            self._client.update_run(now.run_id, status="RUNNING")
        elif kind == entries.FINISH:
            self._client.set_terminated(now.run_id, entries.STATES[first["state"]], first["at"])
        elif kind in (entries.ARTEFACT, entries.MODEL):
            return self._file(box, now, first)
        return [] if kind else ["A damaged line of the outbox was passed over."]

    def _log(self, now: Delivered, kind: str, items: Sequence[Any]) -> list[str]:
        field = {entries.METRICS: "metrics", entries.PARAMETERS: "params", entries.TAGS: "tags"}[kind]
        try:
            self._client.log_batch(now.run_id, **{field: items})
        except Exception as error:
            if trouble.code(error) != _REFUSED or self._deleted(now):
                raise
            if len(items) == 1:
                return [f"MLflow refuses {kind} {items[0].key}: {trouble.brief(error)}"]
            half = len(items) // 2
            return self._log(now, kind, items[:half]) + self._log(now, kind, items[half:])
        return []

    def _deleted(self, now: Delivered) -> bool:
        return now.run_id is not None and self._client.get_run(now.run_id).info.lifecycle_stage == "deleted"

    def _file(self, box: Outbox, now: Delivered, entry: Any) -> list[str]:
        path = box.place / entry["file"]
        if not path.exists():
            return [f"{path.name} was delivered before and isn't kept any more."]
        if entry["kind"] == entries.MODEL:
            logged_model.log(self._client, f"{now.run_id}", now.experiment_id, path)
        elif path.is_dir():
            self._client.log_artifacts(now.run_id, str(path), entry["place"] or path.name)
        else:
            self._client.log_artifact(now.run_id, str(path), entry["place"] or None)
        return []


def deliver(folder: Path, settings: Settings) -> bool:
    """Deliver what is left of a job's runs, now and in this process.

    Args:
        folder: The job's.
        settings: Where runs are.

    Returns:
        Whether all of it is delivered; else its outbox says what is in the way.
    """
    root = Outbox(folder / FOLDER)
    if not root.length:
        return True
    with root.held() as alone:
        return alone and Delivery(root, settings).attempt() and root.done


def pending(settings: Settings) -> list[Path]:
    """Folders of jobs that are over and have something left to be delivered. Doesn't load MLflow."""
    found = []
    for job in records.listing(settings):
        try:
            folder = records.folder(job.id, settings)
        except InputError:  # deleted since it was listed
            continue
        box = Outbox(folder / FOLDER)
        if job.finished and box.length and not box.done:
            found.append(folder)
    return found


def deliver_all(settings: Settings) -> int:
    """Deliver what jobs that are over have left; a run whose worker vanished is ended as its job.

    Args:
        settings: Where jobs and runs are.

    Returns:
        How many have something left all the same.
    """
    left = 0
    for folder in pending(settings):
        job = records.stored(folder)
        at = round(1000 * (job.ended or job.created))
        end(Outbox(folder / FOLDER), _ENDS.get(job.state, "failed"), at)
        if deliver(folder, settings):
            _say(folder)
        else:
            left += 1
    return left


def _say(folder: Path) -> None:
    """Let a job that ended before it had a run know it, and that nothing is in the way any more."""
    run = Outbox(folder / FOLDER).delivered.run_id
    try:
        with records.locked(folder, 1.0) as alone:
            job = records.stored(folder)
            if alone and job.finished:
                facts = {**job.facts, "run_id": run, "warning": ""}
                result = {**job.result, "run_id": run} if job.result else job.result
                records.keep(folder, job.model_copy(update={"facts": facts, "result": result}))
    except StudioError as error:  # deleted or resumed meanwhile, or the disk is full: the run is there
        _log.warning("the job %s can't be told of its run: %s", folder.name, error.sentence)


def end(box: Outbox, state: str, at: int) -> None:
    """Say in an outbox, and in those of its parts, how what couldn't say so itself ended.

    Args:
        box: The outbox.
        state: One of `core.tracking.entries.STATES`.
        at: When, milliseconds since 1970.
    """
    last: dict[str, Any] = {}
    for line in box.lines():
        last = dict(line.entry) or last
    if last and last.get("kind") != entries.FINISH:
        box.open()
        box.append(kind=entries.FINISH, state=state, at=at)
    for child in box.children():
        end(child, state, at)


def _first_end(box: Outbox) -> int:
    return next(iter(box.lines())).end
