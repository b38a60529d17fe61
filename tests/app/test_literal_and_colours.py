"""Names of others stay names; every class has a colour of its own."""

import pytest

from app.class_colours import MORE, colours
from core.inference.words import COLOURS, OTHER
from core.literal import literal, markup


@pytest.mark.parametrize(
    "text",
    ["*a*", "_a_", "`a`", "[a](http://b)", "![a](http://b/c.png)", "<b>", ":material/home:", ":red[a]",
     "$a$", "# a", "a | b", "~~a~~", "\\*"],
)  # fmt: skip
def test_no_mark_of_markdown_is_left_bare(text: str) -> None:
    marks = "\\`*_{}[]<>$~:#|!"
    said = literal(text)
    bare = said.replace("\\\\", "")
    for mark in marks[1:]:
        assert bare.count(mark) == bare.count(f"\\{mark}")


def test_text_can_not_turn_what_follows_it_around() -> None:
    assert literal("a\u202eb") == "ab"
    assert markup("a\u2067<b>\u202e") == "a&lt;b&gt;"
    assert markup("腎臓 ورم") == "腎臓 ورم"


def test_the_kidneys_classes_keep_their_colours_in_any_case() -> None:
    assert colours(list(COLOURS)) == dict(COLOURS)
    assert colours(["cancer", "normal"])["normal"] == COLOURS["Normal"]


@pytest.mark.parametrize("labels", [["normal", "Normal", "NORMAL"], [f"c{n}" for n in range(len(MORE))]])
def test_no_two_classes_share_a_colour(labels: list[str]) -> None:
    found = colours(labels)
    assert list(found) == labels
    assert len(set(found.values())) == len(labels) and OTHER not in found.values()


def test_more_classes_than_colours_are_grey_not_an_error() -> None:
    found = colours([f"c{n}" for n in range(100)])
    assert len(found) == 100 and found["c99"] == OTHER
