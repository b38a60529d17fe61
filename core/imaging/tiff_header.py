"""A TIFF's directories, read without decoding any strip. TIFF 6.0, section 2."""

import struct

from core.imaging.header import DamagedError, Header

_SIZES = {1: 1, 3: 2, 4: 4}
_CODES = {1: "B", 3: "H", 4: "I"}
WIDTH, HEIGHT, BITS, PHOTOMETRIC, SAMPLES = 256, 257, 258, 262, 277
OFFSETS, COUNTS, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 273, 279, 322, 323, 324, 325
_WANTED = frozenset(
    {
        WIDTH,
        HEIGHT,
        BITS,
        PHOTOMETRIC,
        SAMPLES,
        OFFSETS,
        COUNTS,
        TILE_WIDTH,
        TILE_HEIGHT,
        TILE_OFFSETS,
        TILE_COUNTS,
    }
)


def tiff(data: bytes, most: int) -> Header:
    """The largest page's size, and how many pages there are.

    Args:
        data: The file.
        most: Stop counting pages past this many.

    Raises:
        DamagedError: A directory points outside the file, or lacks the size.
    """
    order = "<" if data[:2] == b"II" else ">"
    pages: list[Header] = []
    at = _unpack(order + "I", data, 4)[0]
    seen: set[int] = set()
    while at and at not in seen and len(pages) <= most:
        seen.add(at)
        tags, at = _directory(data, order, at)
        pages.append(_page(tags, len(data)))
    if not pages:
        raise DamagedError("no directory")
    largest = max(pages, key=lambda page: page.width * page.height)
    return Header(
        largest.width,
        largest.height,
        pages[0].bits,
        pages[0].channels,
        len(pages),
        all(page.whole for page in pages),
        inverted=pages[0].inverted,
    )


def _directory(data: bytes, order: str, at: int) -> tuple[dict[int, tuple[int, ...]], int]:
    (count,) = _unpack(order + "H", data, at)
    tags = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, code, number = _unpack(order + "HHI", data, entry)
        if tag in _WANTED and code in _CODES and number:
            where = entry + 8 if number * _SIZES[code] <= 4 else _unpack(order + "I", data, entry + 8)[0]
            tags[tag] = _unpack(f"{order}{min(number, 1 << 20)}{_CODES[code]}", data, where)
    return tags, _unpack(order + "I", data, at + 2 + 12 * count)[0]


def _page(tags: dict[int, tuple[int, ...]], length: int) -> Header:
    if WIDTH not in tags or HEIGHT not in tags:
        raise DamagedError("no size")
    width, height = tags[WIDTH][0], tags[HEIGHT][0]
    # libtiff allocates a whole tile whatever the picture's size, so the tile counts as the picture.
    width, height = max(width, tags.get(TILE_WIDTH, (0,))[0]), max(height, tags.get(TILE_HEIGHT, (0,))[0])
    offsets = tags.get(OFFSETS, tags.get(TILE_OFFSETS, ()))
    counts = tags.get(COUNTS, tags.get(TILE_COUNTS, ()))
    whole = bool(offsets) and all(at + size <= length for at, size in zip(offsets, counts, strict=False))
    inverted = tags.get(PHOTOMETRIC, (1,))[0] == 0
    return Header(
        width, height, max(tags.get(BITS, (1,))), tags.get(SAMPLES, (1,))[0], whole=whole, inverted=inverted
    )


def _unpack(layout: str, data: bytes, at: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(layout, data, at)
    except struct.error as error:
        raise DamagedError("directory outside the file") from error
