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
