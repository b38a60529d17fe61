import threading

from core.tracking.runs.kept import Kept


def test_the_longest_unused_goes_first_and_bytes_never_pass_the_limit() -> None:
    kept: Kept[str] = Kept(100)
    kept.put("a", "A", 40)
    kept.put("b", "B", 40)
    assert kept.get("a") == "A"
    kept.put("c", "C", 40)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ("A", None, "C")
    assert kept.bytes == 80


def test_a_value_takes_the_place_of_the_one_before() -> None:
    kept: Kept[int] = Kept(100)
    kept.put("a", 1, 60)
    kept.put("a", 2, 30)
    assert kept.get("a") == 2 and kept.bytes == 30
    kept.put("a", 3, 101)
    assert kept.get("a") is None and kept.bytes == 0, "the old one would be wrong now"
    kept.put("b", 4, 100)
    assert kept.get("b") == 4
    kept.clear()
    assert kept.get("b") is None and kept.bytes == 0


def test_threads_share_it_without_losing_count() -> None:
    kept: Kept[int] = Kept(1_000)

    def work(start: int) -> None:
        for i in range(2_000):
            kept.put((start + i) % 300, i, 1 + i % 7)
            kept.get(i % 300)

    threads = [threading.Thread(target=work, args=(37 * i,)) for i in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    held = [size for _, size in kept._values.values()]
    assert kept.bytes == sum(held) <= 1_000
