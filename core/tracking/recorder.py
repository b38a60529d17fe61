"""What a training says of itself, for MLflow: written down at once, delivered behind its back.

No call waits for MLflow, and none raises for want of it or of disk. The same folder again is the
same run again: what was recorded before a break is not recorded twice.
"""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Literal, Self

from core.config.settings import Settings
from core.errors import StudioError
from core.tracking import delivery, entries
from core.tracking.courier import Courier
from core.tracking.outbox import FOLDER, Outbox

End = Literal["finished", "failed", "killed"]
NONE: Mapping[str, str] = MappingProxyType({})
CLOSE_S, CUT_S = 20.0, 5.0
"""That leaving the block waits for the delivery: at its end, and by an exception."""

_log = logging.getLogger(__name__)


class Recorder:
    """An MLflow run, as a context manager; leaving it by an exception ends the run as failed or killed.

    Args:
        folder: The job's; the outbox lies below.
        settings: Where runs are.
        experiment: MLflow's, made if missing.
        name: The run's.
        job: The job's id, the run's tag ``studio.job``.
        parent: The run that this one is a part of.
        tags: Of the run.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        experiment: str,
        name: str,
        job: str,
        parent: str | None = None,
        tags: Mapping[str, str] = NONE,
    ) -> None:
        self._box = Outbox(folder / FOLDER)
        self._start = {"experiment": experiment, "name": name, "parent": parent}
        self._tags = {**entries.tags(tags), entries.JOB: job, entries.OUTBOX: job}
        self._courier = Courier(self._box.place, settings)
        self._seen: set[tuple[str, int]] = set()
        self._ended = False
        self._closed = False
        self._refusal = ""
        self._waited = False

    def __enter__(self) -> Self:
        with self._spared():
            # parts that a kill broke off: those that come again are begun again, the others are over
            for part in self._box.children():
                delivery.end(part, "killed", _now())
        self._begin()
        self._courier.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._ended:
            unasked = isinstance(error, Exception)
            self.finish("finished" if error is None else "failed" if unasked else "killed")
        self.close(CLOSE_S if error is None else CUT_S)

    @property
    def run_id(self) -> str | None:
        """MLflow's name of the run; None until it has it."""
        return self._box.delivered.run_id

    @property
    def delivered(self) -> bool:
        """The run is in MLflow, with all that was recorded up to now."""
        now = self._box.delivered
        return now.run_id is not None and now.length >= self._box.length and not self._box.waits

    @property
    def trouble(self) -> str:
        """A sentence why something isn't in MLflow; empty where nothing is known to be in the way."""
        now = self._box.delivered
        return self._refusal or now.trouble or " ".join(now.refused)

    def parameters(self, values: Mapping[str, object]) -> None:
        """Record parameters; nested ones as ``section.field``. Too long ones are cut, and a tag names them.

        Args:
            values: By name.
        """
        texts, cut = entries.parameters(entries.flat(values))
        with self._spared():
            self._box.append(kind=entries.PARAMETERS, values=texts)
            if cut:
                self._box.append(kind=entries.TAGS, values=entries.tags({entries.CUT: cut}))

    def metrics(self, values: Mapping[str, float], step: int, at: float | None = None) -> None:
        """Record figures. A name that has one for this step keeps it: an epoch done again says nothing new.

        Args:
            values: By name; what is infinite or no number becomes MLflow's NaN.
            step: Such as the epoch.
            at: When, seconds since 1970; now if None.
        """
        named = {entries.key(name): entries.number(value) for name, value in values.items()}
        new = {name: value for name, value in named.items() if (name, step) not in self._seen}
        if not new:
            return
        self._seen.update((name, step) for name in new)
        with self._spared():
            self._box.append(
                kind=entries.METRICS, step=step, at=_now() if at is None else _ms(at), values=new
            )
        self._courier.tend()

    def tags(self, values: Mapping[str, object]) -> None:
        """Record tags; a later value replaces an earlier one.

        Args:
            values: By name.
        """
        with self._spared():
            self._box.append(kind=entries.TAGS, values=entries.tags(values))

    def artefact(self, path: Path, place: str = "") -> None:
        """Record a file or a folder as it is now; it may be deleted at once.

        Args:
            path: The file or folder.
            place: The run's folder for it; a folder's own name if empty.
        """
        with self._spared():
            self._box.append(kind=entries.ARTEFACT, file=self._box.keep(path), place=place)

    def document(self, name: str, content: Mapping[str, Any], place: str = "") -> None:
        """Record values as a JSON file.

        Args:
            name: The file's.
            content: Values that JSON has.
            place: The run's folder for it.
        """
        with self._spared():
            self._file(name, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode(), place)

    def pictures(self, several: Mapping[str, bytes], place: str = "") -> None:
        """Record files that are in memory, such as `core.tracking.pictures.all_of`.

        Args:
            several: Contents by name.
            place: The run's folder for them.
        """
        for name, content in several.items():
            with self._spared():
                self._file(name, content, place)

    def model(self, bundle: Path) -> None:
        """Record a sealed bundle: its files below ``bundle/``, and a model that MLflow itself can run.

        Args:
            bundle: Its folder.
        """
        with self._spared():
            file = self._box.keep(bundle, "bundle")
            self._box.append(kind=entries.ARTEFACT, file=file, place="bundle")
            self._box.append(kind=entries.MODEL, file=file)

    def child(self, name: str, tags: Mapping[str, str] = NONE) -> "Recorder":
        """A run of its own below this one, for a fold or a trial, begun at once and delivered with this one.

        Args:
            name: The same name again is the same run again.
            tags: Of the run.
        """
        return _Part(self, name, tags)

    def finish(self, state: End) -> None:
        """End the run; the first end counts.

        Args:
            state: How.
        """
        if self._ended:
            return
        self._ended = True
        with self._spared():
            self._box.append(kind=entries.FINISH, state=state, at=_now())
            self._box.flush()

    def close(self, wait_s: float) -> bool:
        """Give the delivery some more time, then leave the rest to `core.tracking.delivery.deliver_all`.

        A second call waits no more.

        Args:
            wait_s: Seconds.

        Returns:
            Whether all is delivered.
        """
        with self._spared():
            self._box.flush()
        if not self._closed:
            self._closed = True
            self._courier.stop(wait_s)
        return self.delivered

    def _file(self, name: str, content: bytes, place: str) -> None:
        path = self._box.place / name
        path.write_bytes(content)
        try:
            self._box.append(kind=entries.ARTEFACT, file=self._box.keep(path), place=place)
        finally:
            path.unlink()

    def _begin(self) -> None:
        with self._spared():
            self._box.open()
            self._recall()
            self._box.append(kind=entries.START, at=_now(), **self._start, tags=self._tags)

    def _recall(self) -> None:
        """What an earlier process recorded."""
        for line in self._box.lines():
            entry = line.entry
            if entry.get("kind") == entries.METRICS:
                self._seen.update((name, entry["step"]) for name in entry["values"])

    @contextmanager
    def _spared(self) -> Iterator[None]:
        """A training goes on where the disk refuses or a value can't be written."""
        try:
            yield
        except OSError as error:
            what = Path(error.filename).name if error.filename else "the job's folder"
            if self._box.waits:
                self._refuse(f"The run's figures wait in memory: {what}: {error.strerror}. Free some space.")
            else:
                self._refuse(f"Something of the run won't be in MLflow: {what}: {error.strerror}.")
        except (StudioError, TypeError, ValueError) as error:
            self._refuse(f"Something of the run won't be in MLflow: {error}.")
        else:
            self._refusal = "" if self._waited and not self._box.waits else self._refusal
        self._waited = self._box.waits

    def _refuse(self, sentence: str) -> None:
        self._refusal = sentence
        _log.warning("%s", sentence)


class _Part(Recorder):
    """A run below another one, in whose outbox it lies and whose courier delivers it."""

    def __init__(self, above: Recorder, name: str, tags: Mapping[str, str]) -> None:
        self._above = above
        place = entries.slug(name)
        self._box = above._box.child(place)
        self._start = {**above._start, "name": name, "parent": None}
        ours = {
            entries.JOB: above._tags[entries.JOB],
            entries.BRANCH: name,
            entries.OUTBOX: f"{above._tags[entries.OUTBOX]}/{place}",
        }
        self._tags = {**entries.tags(tags), **ours}
        self._courier = above._courier
        self._seen = set()
        self._ended = False
        self._closed = True
        self._refusal = ""
        self._waited = False
        self._begin()

    def __enter__(self) -> Self:
        return self

    @property
    def trouble(self) -> str:
        return self._refusal or " ".join(self._box.delivered.refused) or self._above.trouble


def _now() -> int:
    return _ms(time.time())


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
