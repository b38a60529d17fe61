"""Size and kind of a picture from its header alone, so that caps come before any pixel."""

import struct
import zlib
from dataclasses import dataclass

_SOF = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7})
_COSINE = frozenset({0xC0, 0xC1, 0xC2, 0xC5, 0xC6, 0xC9, 0xCA})
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


class DamagedError(ValueError):
    """The header, or the file's frame of chunks and markers, doesn't hold together."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture says of itself.

    Attributes:
        width: Pixels.
        height: Pixels.
        bits: Bits per sample.
        channels: Samples per pixel.
        images: Pages or animation frames.
        whole: Whether the file reaches its end marker.
        lossy: Whether it is a JPEG with a cosine transform.
        inverted: Whether 0 is white (TIFF).
    """

    width: int
    height: int
    bits: int
    channels: int
    images: int = 1
    whole: bool = True
    lossy: bool = False
    inverted: bool = False


def png(data: bytes) -> Header:
    """Walk a PNG's chunks, checking each checksum. PNG specification, section 5.

    Raises:
        DamagedError: The first chunk isn't a header, or a checksum is wrong.
    """
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise DamagedError("no IHDR")
    width, height, bits, colour = struct.unpack(">IIBB", data[16:26])
    channels = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}.get(colour)
    if channels is None:
        raise DamagedError("colour type")
    images, at, view = 1, 8, memoryview(data)
    while at + 12 <= len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        end = at + 12 + length
        if end > len(data):
            break
        if zlib.crc32(view[at + 4 : end - 4]) != struct.unpack(">I", data[end - 4 : end])[0]:
            raise DamagedError("checksum")
        if name == b"acTL":
            images = max(2, struct.unpack(">I", data[at + 8 : at + 12])[0]) if length >= 4 else 2
        if name == b"IEND":
            return Header(width, height, bits, channels, images)
        at = end
    return Header(width, height, bits, channels, images, whole=False)


def jpeg(data: bytes) -> Header:
    """Walk a JPEG's markers to its frame header; JPEG-LS shares the layout. ITU T.81, B.2.

    Raises:
        DamagedError: There is no frame header.
    """
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise DamagedError("marker")
        marker = data[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker in _SOF and at + 10 <= len(data):
            bits, height, width, channels = struct.unpack(">BHHB", data[at + 4 : at + 10])
            # A truncated file has no end marker after its scan; entropy-coded bytes can't form one.
            whole = data.rfind(b"\xff\xd9") > at
            return Header(width, height, bits, channels, whole=whole, lossy=marker in _COSINE)
        if length < 2 or marker == 0xDA:
            break
        at += 2 + length
    raise DamagedError("no frame header")


def jpeg2000(data: bytes) -> Header:
    """Read a JPEG 2000 codestream's SIZ marker. ITU T.800, A.5.1.

    Raises:
        DamagedError: There is none.
    """
    at = data.find(b"\xff\x4f\xff\x51")
    if at < 0 or len(data) < at + 43:
        raise DamagedError("no SIZ")
    right, bottom, left, top, tile_x, tile_y = struct.unpack(">6I", data[at + 8 : at + 32])
    channels, depth = struct.unpack(">HB", data[at + 40 : at + 43])
    if right <= left or bottom <= top or not tile_x or not tile_y:
        raise DamagedError("empty")
    tiles = -(-(right - left) // tile_x) * -(-(bottom - top) // tile_y)
    return Header(right - left, bottom - top, (depth & 0x7F) + 1, channels, images=tiles)
