"""What is drawn again by itself never leaves a browser with words that have no place to stand."""

from collections import Counter
from typing import Any

import pytest
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import parse_tree_from_messages

PARSE = "streamlit.testing.v1.local_script_runner.parse_tree_from_messages"


def page() -> None:
    import streamlit as st

    from app.components import live

    def once() -> None:
        st.write("again and again")

    def twice() -> None:
        st.write("and again")

    st.write("above")
    live.draw(once, 0.5, "one")
    live.draw(twice, 0.5, "two")
    st.write("below")


def test_what_a_browser_has_yet_to_hear_has_its_place_when_a_part_is_drawn_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[Any] = []

    def hear(messages: list[Any]) -> Any:
        said.extend(messages)
        return parse_tree_from_messages(messages)

    monkeypatch.setattr(PARSE, hear)
    shown = AppTest.from_function(page, default_timeout=20).run()
    assert [one.value for one in shown.markdown] == ["above", "again and again", "and again", "below"]
    parts = {one.delta.fragment_id for one in said if one.delta.fragment_id}
    assert len(parts) == 2
    for part in parts:
        queue = ForwardMsgQueue()
        for one in said:
            queue.enqueue(one)
        # what Streamlit does with what it hasn't sent yet when it begins to run a fragment
        queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[part])
        children: Counter[tuple[int, ...]] = Counter()
        for path in (tuple(one.metadata.delta_path) for one in queue.flush() if one.HasField("delta")):
            assert path[-1] <= children[path[:-1]], f"{path} comes before what stands above it"
            children[path[:-1]] = max(children[path[:-1]], path[-1] + 1)
