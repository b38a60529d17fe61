import struct

import numpy as np


def tiled(grey: np.ndarray, tile: int) -> bytes:
    """An uncompressed tiled TIFF, written by hand (TIFF 6.0, section 15)."""
    height, width = grey.shape
    across, down = -(-width // tile), -(-height // tile)
    padded = np.zeros((down * tile, across * tile), np.uint8)
    padded[:height, :width] = grey
    blocks = [
        padded[y * tile : (y + 1) * tile, x * tile : (x + 1) * tile].tobytes()
        for y in range(down)
        for x in range(across)
    ]
    count, body = len(blocks), b"".join(blocks)
    tables = 8 + len(body)
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (277, 3, 1, 1),
        (322, 4, 1, tile),
        (323, 4, 1, tile),
        (324, 4, count, tables),
        (325, 4, count, tables + 4 * count),
    ]
    offsets = struct.pack(f"<{count}I", *(8 + number * tile * tile for number in range(count)))
    sizes = struct.pack(f"<{count}I", *[tile * tile] * count)
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<I", tables + 8 * count) + body + offsets + sizes + directory + bytes(4)


def set_tag(data: bytes, tag: int, value: int) -> bytes:
    """A little-endian TIFF with one tag of its first directory set to a short number."""
    changed = bytearray(data)
    (at,) = struct.unpack_from("<I", changed, 4)
    (count,) = struct.unpack_from("<H", changed, at)
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        if struct.unpack_from("<H", changed, entry)[0] == tag:
            struct.pack_into("<HIHH", changed, entry + 2, 3, 1, value, 0)
            return bytes(changed)
    raise AssertionError(f"the TIFF has no tag {tag}")
