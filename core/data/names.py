"""What a file's path says about a slice: its place in a sequence, the source's split."""

import re
from pathlib import PurePosixPath

SPLITS = frozenset({"train", "training", "valid", "val", "validation", "test", "testing"})
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".dcm", ".dicom"})
_NUMBER = re.compile(r"(\d+)(?!.*\d)")


def is_picture(path: PurePosixPath) -> bool:
    """Whether a file is worth decoding; hidden files and a Mac's resource forks are not."""
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return not hidden and path.suffix.lower() in PICTURES


def source_split(path: PurePosixPath) -> str:
    """``train``, ``valid``, ... where a folder above is called so, the nearest if several are."""
    found = [part.lower() for part in path.parts[:-1] if part.lower() in SPLITS]
    return found[-1] if found else ""


def above(path: PurePosixPath) -> tuple[str, ...]:
    """The folders above a file, less those that are called like a split."""
    return tuple(part for part in path.parts[:-1] if part.lower() not in SPLITS)


def sequence(path: PurePosixPath) -> tuple[str, int]:
    """Stem without its last number, and that number: ``Cyst- (12).jpg`` is ``("Cyst- ()", 12)``.

    A name without a number is 0 in a sequence of its own.
    """
    match = _NUMBER.search(path.stem)
    if match is None:
        return path.stem, 0
    return path.stem[: match.start()] + path.stem[match.end() :], int(match.group())
