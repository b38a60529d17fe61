from itertools import combinations

from core.data.catalog import Slice
from core.data.validation.duplicates import Copies, find
from tests.support.catalogued import picture


def found(slices: list[Slice], twins: list[tuple[int, int]] | None = None) -> Copies:
    return find(slices, [one.folder for one in slices], twins or [])


def names(sets: tuple) -> list[list[str]]:
    return [[path.split("/")[-1] for path in one.paths] for one in sets]


def test_nothing_is_found_where_every_picture_differs() -> None:
    copies = found([picture("1"), picture("2"), picture("3", "Stone")])
    assert copies == Copies((), (), 0, 0, (), (), 0, 0, 0)
    assert copies.spare == 0


def test_no_slices_have_no_copies() -> None:
    assert found([]).exact == ()


def test_equal_files_are_one_set_and_the_largest_set_comes_first() -> None:
    slices = [picture("1", file="x"), picture("2", file="y"), picture("3", file="y"), picture("4", file="x")]
    copies = found([*slices, picture("5", file="y"), picture("6")])
    assert names(copies.exact) == [["2", "3", "5"], ["1", "4"]]
    assert copies.spare == 3
    assert copies.near == ()


def test_twins_that_are_equal_files_are_not_near_pairs_too() -> None:
    slices = [picture("1", file="x"), picture("2", file="x"), picture("3")]
    copies = found(slices, [(0, 1), (0, 2), (1, 2)])
    assert copies.near_pairs == 2
    assert names(copies.near) == [["1", "2", "3"]]


def test_near_pairs_hang_together_in_chains() -> None:
    copies = found([picture(str(n)) for n in range(7)], [(0, 3), (3, 5), (1, 6)])
    assert names(copies.near) == [["0", "3", "5"], ["1", "6"]]
    assert (copies.near_pairs, copies.near_sets) == (3, 2)


def test_an_equal_file_joins_two_chains() -> None:
    slices = [picture("0"), picture("1", file="x"), picture("2", file="x"), picture("3")]
    assert names(found(slices, [(0, 1), (2, 3)]).near) == [["0", "1", "2", "3"]]


def test_equal_files_of_two_classes_are_a_conflict() -> None:
    slices = [picture("1", file="x"), picture("2", "Stone", file="x"), picture("3", file="x"), picture("4")]
    (one,) = found(slices).conflicts
    assert (one.labels, names((one,))) == (("Cyst", "Stone", "Cyst"), [["1", "2", "3"]])


def test_a_conflict_holds_only_slices_that_are_themselves_like_one_of_another_class() -> None:
    slices = [picture("0"), picture("1"), picture("2"), picture("3", "Stone")]
    copies = found(slices, [(0, 1), (1, 2), (2, 3)])
    assert names(copies.near) == [["0", "1", "2", "3"]]
    assert names(copies.conflicts) == [["2", "3"]]


def test_labels_as_a_person_left_them_decide_about_conflicts() -> None:
    slices = [picture("1", file="x"), picture("2", "Stone", file="x")]
    assert find(slices, ["Stone", "Stone"], []).conflicts == ()


def test_copies_across_the_sources_own_splits_are_counted_by_picture_and_by_slice() -> None:
    train = [
        picture(name, file=file, own_split="train") for name, file in [("1", "x"), ("2", "x"), ("3", "y")]
    ]
    test = [picture(name, file=file, own_split="test") for name, file in [("4", "x"), ("5", "z"), ("6", "z")]]
    valid = [picture("7", file="x", own_split="valid"), picture("8", own_split="valid")]
    # 8 and 3 look alike; 5 and 6 are equal but lie in one split
    copies = found([*train, *test, *valid], [(2, 7)])
    assert (copies.crossing_pictures, copies.crossing_exact, copies.crossing_near) == (1, 4, 6)
    assert names(copies.crossing) == [["1", "2", "4", "7"], ["3", "8"]]
    assert copies.crossing[0].splits == ("train", "train", "test", "valid")


def test_what_has_no_split_or_another_source_crosses_nothing() -> None:
    one = picture("1", file="x", own_split="train")
    loose = picture("2", file="x")
    other = picture("3", file="x", own_split="test", source="b")
    copies = found([one, loose, other], [(0, 1), (0, 2)])
    assert len(copies.exact) == 1
    assert (copies.crossing, copies.crossing_exact, copies.crossing_near) == ((), 0, 0)


def test_one_picture_in_the_splits_of_two_sources_counts_for_each() -> None:
    slices = [
        picture(f"{source} {part}", file="x", own_split=part, source=source)
        for source in "ab"
        for part in ("train", "test")
    ]
    copies = found(slices)
    assert (copies.crossing_pictures, copies.crossing_exact) == (2, 4)
    assert len(copies.exact) == 1


def test_at_most_200_near_sets_are_listed_but_all_are_counted() -> None:
    pairs = [(2 * n, 2 * n + 1) for n in range(250)]
    copies = found([picture(str(n)) for n in range(500)], pairs)
    assert (len(copies.near), copies.near_sets, copies.near_pairs) == (200, 250, 250)


def test_an_even_hundred_of_equal_files_in_two_classes_stays_one_set() -> None:
    slices = [picture(str(n), ("Cyst", "Stone")[n % 2], file="x") for n in range(100)]
    copies = found(slices, list(combinations(range(100), 2)))
    assert [len(one.paths) for one in copies.conflicts] == [100]
    assert copies.near_pairs == 0
