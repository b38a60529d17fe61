from pathlib import PurePosixPath

import pytest

from core.data import names


@pytest.mark.parametrize(
    ("path", "stem", "number"),
    [
        ("Cyst/Cyst- (12).jpg", "Cyst- ()", 12),
        ("a/000123 (7).png", "000123 ()", 7),
        ("a/IM0007.dcm", "IM", 7),
        ("a/noname.png", "noname", 0),
    ],
)
def test_the_last_number_is_the_place_in_the_sequence(path: str, stem: str, number: int) -> None:
    assert names.sequence(PurePosixPath(path)) == (stem, number)


def test_split_folders_are_known_and_class_folders_are_not() -> None:
    assert names.source_split(PurePosixPath("Data/Valid/normal/1.png")) == "valid"
    assert names.source_split(PurePosixPath("Data/test/normal/train/1.png")) == "train"
    assert names.source_split(PurePosixPath("Data/tested/normal/test.png")) == ""


def test_rubbish_is_no_picture() -> None:
    assert names.is_picture(PurePosixPath("a/1.JPG"))
    for path in ("__MACOSX/a/1.jpg", "a/._1.jpg", "a/Thumbs.db", ".git/1.png"):
        assert not names.is_picture(PurePosixPath(path))
