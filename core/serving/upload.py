"""Request bodies, read with their limits enforced on the way in and never written to disk."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from core.config.settings import MB, Limits
from core.errors import LimitError
from core.imaging.archive import is_zip
from core.imaging.intake import Refused
from core.serving.problems import UploadError

OVERHEAD = 1 * MB
"""What a body may hold beside its files: boundaries, headers, fields."""
MAX_FIELDS = 100
NAME_LENGTH = 255
SIGNATURE = 4
"""Bytes that tell a zip."""


@dataclass(slots=True)
class Upload:
    """What a request brought.

    Attributes:
        files: Names, for the screen, and bytes.
        refused: Files that were too large to be kept; the others go on.
    """

    files: list[tuple[str, bytes]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Files that came, kept or not."""
        return len(self.files) + len(self.refused)


async def body(request: Request, cap: int) -> bytes:
    """A whole body in memory.

    Raises:
        LimitError: It is longer than ``cap`` bytes, by what it says or by what comes.
    """
    pieces = [piece async for piece in _stream(request, cap)]
    return b"".join(pieces)


async def files(request: Request, limits: Limits) -> Upload:
    """The files of a multipart/form-data request.

    Raises:
        UploadError: The body isn't multipart/form-data, or is cut off, or holds no file.
        LimitError: There are too many files or bytes; found before anything is decoded.
    """
    collector = _Collector(limits)
    parser = _parser(request, collector)
    try:
        async for piece in _stream(request, limits.batch_bytes + OVERHEAD):
            parser.write(piece)
    except FormParserError:
        raise _malformed("it doesn't follow its own boundary") from None
    if not collector.complete:
        raise _malformed("it ends before its last boundary")
    if not collector.upload.count:
        raise UploadError('No file came with the request. Send at least one as "files".', "no-file", 422)
    return collector.upload


async def _stream(request: Request, cap: int) -> AsyncIterator[bytes]:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > cap:
        raise _too_long(cap)
    total = 0
    async for piece in request.stream():
        total += len(piece)
        if total > cap:
            raise _too_long(cap)
        yield piece


def _too_long(cap: int) -> LimitError:
    return LimitError(
        f"The request is larger than {cap / MB:.0f} MB. Send its files in several requests.", "too-large"
    )


def _malformed(why: str) -> UploadError:
    return UploadError(
        f"The body is not a valid multipart/form-data message: {why}. Let your HTTP client build it.",
        "bad-multipart",
        400,
    )


def _parser(request: Request, collector: "_Collector") -> MultipartParser:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        sentence = 'Send the files as multipart/form-data, each as a part named "files".'
        raise UploadError(sentence, "bad-content-type", 415)
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise _malformed("its content type names no boundary")
    try:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": collector.begin,
                "on_header_field": collector.header_name,
                "on_header_value": collector.header_value,
                "on_header_end": collector.header_end,
                "on_headers_finished": collector.open,
                "on_part_data": collector.data,
                "on_part_end": collector.close,
                "on_end": collector.end,
            },
        )
    except FormParserError:
        raise _malformed("its boundary is too long") from None


class _Collector:
    """Hears the parser and keeps the files."""

    def __init__(self, limits: Limits) -> None:
        self.upload = Upload()
        self.complete = False
        self._limits = limits
        self._fields = 0
        self.begin()

    def begin(self) -> None:
        self._name = self._value = b""
        self._disposition = b""
        self._file: str | None = None
        self._pieces: list[bytes] = []
        self._start = b""
        self._size = 0

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name = self._value = b""

    def open(self) -> None:
        _, options = parse_options_header(self._disposition.decode("latin-1"))
        if b"filename" in options:
            self._file = _shown(options[b"filename"]) or f"file {self.upload.count + 1}"
            if self.upload.count >= self._limits.batch_files:
                sentence = f"More than {self._limits.batch_files:,} files came at once. "
                raise LimitError(sentence + "Send them in several requests.", "too-many-files")
        else:
            self._fields += 1
            if self._fields > MAX_FIELDS:
                raise LimitError(
                    f"The form has more than {MAX_FIELDS} fields. Send files.", "too-many-fields"
                )

    def data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if len(self._start) < SIGNATURE:
            self._start += data[start : min(end, start + SIGNATURE)]
        if self._file is None and self._size > OVERHEAD:
            raise LimitError("A field of the form is too large. Send files with a file name.", "too-large")
        if self._file is not None and self._size <= self._most:
            self._pieces.append(data[start:end])
        else:
            self._pieces.clear()

    def close(self) -> None:
        if self._file is None:
            return
        if self._size > self._most:
            sentence = (
                f"{self._file} is larger than {self._limits.file_bytes / MB:.0f} MB, "
                "which is the limit for one file. Send a smaller one or split it."
            )
            self.upload.refused.append(Refused(self._file, "too-large", sentence))
        else:
            self.upload.files.append((self._file, b"".join(self._pieces)))
        self.begin()

    @property
    def _most(self) -> int:
        """Bytes that the part may have: one file's, or for a zip a whole batch's."""
        return self._limits.batch_bytes if is_zip(self._start) else self._limits.file_bytes

    def end(self) -> None:
        self.complete = True


def _shown(raw: bytes) -> str:
    """A file's name as it may stand on a screen."""
    text = raw.decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()[-NAME_LENGTH:]
