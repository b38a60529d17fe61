"""What the performance page says is what was measured."""

import json

from benchmarks.__main__ import NAMES, RESULTS, TABLE, page


def test_the_page_is_the_results() -> None:
    results = json.loads(RESULTS.read_text())
    assert [row["benchmark"] for row in results["rows"]] == list(NAMES)
    assert TABLE.read_text(encoding="utf-8") == page(results)
