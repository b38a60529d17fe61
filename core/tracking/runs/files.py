"""Files that a run logged, looked at where they lie."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

from core.config.settings import Settings
from core.errors import InputError, LimitError
from core.storage import writing
from core.tracking.runs.values import Artefact

_LONGEST = 2_000


def artefacts(client: Any, run: str, folder: str) -> list[Artefact]:
    """What a run logged in one of its folders: folders first, then files by name.

    Args:
        client: MLflow's.
        run: The run's id.
        folder: In the run; "" for the run's own.

    Raises:
        InputError: There is no such run, or the folder's name leads out of the run.
    """
    found = client.list_artifacts(run, _inside(folder) if folder else None)
    several = [Artefact(one.path, bool(one.is_dir), one.file_size) for one in found]
    return sorted(several, key=lambda one: (not one.folder, one.path))


def content(client: Any, run: str, path: str, most: int, settings: Settings) -> bytes:
    """A file that a run logged; its size is looked at before it is read.

    Args:
        client: MLflow's.
        run: The run's id.
        path: The file's, in the run.
        most: Bytes.
        settings: Where it may lie for a moment.

    Raises:
        InputError: There is no such run or file.
        LimitError: It is larger.
    """
    path = _inside(path)
    root = _local(client.get_run(run).info.artifact_uri)
    if root is not None:
        return _read(root, path, most)
    folder = path.rpartition("/")[0]
    found = {one.path: one for one in client.list_artifacts(run, folder or None)}.get(path)
    if found is None or found.is_dir:
        raise _missing(path)
    _refuse_large(path, found.file_size or 0, most)
    with writing(settings.var):
        settings.var.mkdir(parents=True, exist_ok=True)
        place = TemporaryDirectory(prefix=".artefact-", dir=settings.var)
    with place as below:
        return _read(Path(below), _fetched(client, run, path, Path(below)), most)


def _fetched(client: Any, run: str, path: str, below: Path) -> str:
    fetched = Path(client.download_artifacts(run, path, str(below)))
    return fetched.resolve().relative_to(below.resolve()).as_posix()


def _read(root: Path, path: str, most: int) -> bytes:
    root = root.resolve()
    try:
        file = (root / path).resolve()
        if not file.is_relative_to(root) or not file.is_file():
            raise _missing(path)
        with file.open("rb") as stream:
            _refuse_large(path, file.stat().st_size, most)
            found = stream.read(most + 1)
    except OSError as error:
        raise InputError(f"{path[:200]} can't be read: {error.strerror}.", "unknown-artefact") from None
    _refuse_large(path, len(found), most)
    return found


def _local(address: str) -> Path | None:
    """The folder of a run's files where they lie on this machine."""
    where = urlsplit(address)
    if where.scheme == "":
        return Path(address)
    return Path(unquote(where.path)) if where.scheme == "file" and not where.netloc else None


def _inside(path: str) -> str:
    parts = path.strip("/").split("/")
    odd = path.startswith("/") or "\\" in path or "\0" in path or len(path) > _LONGEST
    if odd or any(part in ("", ".", "..") for part in parts):
        raise InputError(f"{path[:80]!r} is no file of a run.", "unknown-artefact")
    return "/".join(parts)


def _missing(path: str) -> InputError:
    return InputError(f"The run has no file {path[:200]}; it may have been deleted.", "unknown-artefact")


def _refuse_large(path: str, size: int, most: int) -> None:
    if size > most:
        shown = f"{most / 1024**2:.0f} MB" if most >= 1024**2 else f"{most} bytes"
        raise LimitError(f"{path[:200]} is larger than {shown}; download it to look at it.", "too-large")
