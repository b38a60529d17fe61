import stat
import struct
import time
import tracemalloc
import zipfile
from io import BytesIO

import pytest

from core.config.settings import MB, Limits
from core.imaging.archive import Member, Refused, unpack

PICTURE = b"\x89PNG pretend"


def packed(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data, compress_type=method)
    return stream.getvalue()


def opened(data: bytes, limits: Limits | None = None) -> list[Member | Refused]:
    return list(unpack(data, "scans.zip", limits or Limits()))


def refused(data: bytes, limits: Limits | None = None) -> Refused:
    """The only member that is refused; all others must have come through."""
    (found,) = [item for item in opened(data, limits) if isinstance(item, Refused)]
    assert found.sentence.endswith(".") and found.name in found.sentence
    return found


def test_members_come_in_order_without_litter() -> None:
    data = packed(
        ("b/", b""),
        ("b/2.png", PICTURE),
        ("__MACOSX/b/._2.png", b"junk"),
        ("b/.DS_Store", b"junk"),
        ("a/1.png", PICTURE + b"1"),
    )
    assert opened(data) == [Member("2.png", PICTURE), Member("1.png", PICTURE + b"1")]


@pytest.mark.parametrize(
    "path", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "C:\\evil.png", "..\\evil.png"]
)
def test_a_path_that_climbs_out_is_left_out_and_the_rest_goes_on(path: str) -> None:
    data = packed((path, PICTURE), ("good.png", PICTURE))
    assert refused(data).code == "unsafe-path"
    assert opened(data)[-1] == Member("good.png", PICTURE)


def test_a_link() -> None:
    link = zipfile.ZipInfo("slice.png")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    data = packed((link, b"/etc/passwd"), ("good.png", PICTURE))
    assert refused(data).code == "link" and Member("good.png", PICTURE) in opened(data)


def test_a_zip_in_a_zip_whatever_it_is_called() -> None:
    data = packed(("slice.png", packed(("x.png", PICTURE))), ("good.png", PICTURE))
    assert refused(data).code == "nested-zip" and Member("good.png", PICTURE) in opened(data)


def test_an_encrypted_member() -> None:
    data = bytearray(packed(("slice.png", PICTURE)))
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(data)).code == "encrypted"


def test_a_bomb_is_stopped_by_what_its_header_admits() -> None:
    data = packed(("slice.png", bytes(40 * MB)), ("good.png", PICTURE))
    assert refused(data).code == "expansion" and Member("good.png", PICTURE) in opened(data)


def test_a_bomb_whose_header_lies_is_stopped_while_reading() -> None:
    data = bytearray(packed(("slice.png", bytes(60 * MB))))
    at = data.find(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 1000)
    tracemalloc.start()
    items = opened(bytes(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(item) for item in items] == [Refused] and peak < 30 * MB


def test_a_black_slice_packs_tightly_and_is_no_bomb() -> None:
    assert opened(packed(("black.dcm", bytes(512 * 1024)))) == [Member("black.dcm", bytes(512 * 1024))]


def test_other_packing_methods_expand_without_a_bound_and_are_refused() -> None:
    assert refused(packed(("slice.png", PICTURE), method=zipfile.ZIP_BZIP2)).code == "unsupported"


def test_a_million_entries_are_refused_before_the_listing_is_read() -> None:
    # Names of one byte: the smallest directory entry there can be, a million times.
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), 0, 0)
    data = b"PK\x03\x04" + directory + end
    tracemalloc.start()
    started = time.perf_counter()
    (found,) = opened(data)
    took, peak = time.perf_counter() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(found, Refused) and found.code == "too-many-files" and "1,000,000" in found.sentence
    assert took < 2 and peak < MB


def test_more_files_than_a_batch_may_have() -> None:
    data = packed(*((f"{number}.png", PICTURE) for number in range(12)))
    assert refused(data, Limits(batch_files=10)).code == "too-many-files"
    assert len(opened(data, Limits(batch_files=12))) == 12


def test_the_sum_of_sizes_is_capped() -> None:
    data = packed(*((f"{number}.png", bytes(1000)) for number in range(10)))
    items = opened(data, Limits(batch_bytes=5500))
    assert len(items) == 6 and isinstance(items[-1], Refused) and items[-1].code == "too-large"


def test_a_member_that_is_too_large() -> None:
    data = packed(("slice.png", bytes(3000)), ("good.png", PICTURE))
    assert refused(data, Limits(file_bytes=2000)).code == "too-large"


def test_damage() -> None:
    data = packed(("slice.png", bytes(range(256)) * 40), ("good.png", PICTURE))
    assert refused(data[: len(data) // 2]).code == "damaged"
    flipped = bytearray(data)
    flipped[60] ^= 0xFF
    assert refused(bytes(flipped)).code == "damaged"
    assert Member("good.png", PICTURE) in opened(bytes(flipped))
    assert refused(b"PK\x03\x04").code == "damaged"


def test_names_are_for_the_screen_only() -> None:
    (member,) = opened(packed(("folder/sl\x1b[2Jice\n.png", PICTURE)))
    assert isinstance(member, Member) and member.name == "sl [2Jice .png"
