import struct
import zlib
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from core.config.settings import Limits
from core.imaging.decode import decode
from core.imaging.preprocess import PreprocessSpec, model_grey, prepare
from tests.imaging.conftest import png, refusal, shared


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def greys(data: bytes, name: str = "slice.bin") -> np.ndarray:
    (scan,) = decode(data, name, Limits())
    assert scan.unit == "grey" and scan.pixels.dtype == np.uint8 and not scan.pixels.flags.writeable
    return scan.pixels


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P"])
def test_every_png_mode_gives_the_same_greys(ct_slice: np.ndarray, mode: str) -> None:
    assert np.array_equal(greys(encoded(Image.fromarray(ct_slice).convert(mode), "PNG")), ct_slice)


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_every_tiff_compression_gives_the_same_greys(ct_slice: np.ndarray, compression: str | None) -> None:
    assert np.array_equal(
        greys(encoded(Image.fromarray(ct_slice), "TIFF", compression=compression)), ct_slice
    )


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_modes(ct_slice: np.ndarray, mode: str, progressive: bool) -> None:
    data = encoded(Image.fromarray(ct_slice).convert(mode), "JPEG", quality=98, progressive=progressive)
    assert np.abs(greys(data).astype(int) - ct_slice).mean() < 2


def test_one_bit_png() -> None:
    pattern = np.kron(np.eye(8, dtype=bool), np.ones((8, 8), bool))
    assert np.array_equal(greys(encoded(Image.fromarray(pattern), "PNG")), pattern * np.uint8(255))


@pytest.mark.parametrize("factor", [256, 257])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_eight_and_sixteen_bits_give_the_same_model_input(
    ct_slice: np.ndarray, factor: int, kind: str
) -> None:
    wide = encoded(Image.fromarray(ct_slice.astype(np.uint16) * factor), kind)
    (eight,), (sixteen,) = (
        decode(data, "s", Limits()) for data in (encoded(Image.fromarray(ct_slice), "PNG"), wide)
    )
    assert (eight.bits, sixteen.bits, sixteen.warnings) == (8, 16, ())
    assert np.abs(eight.pixels.astype(int) - sixteen.pixels).max() <= 1
    spec = PreprocessSpec(clahe_clip=0)
    inputs = [prepare(model_grey(scan, spec), spec)[0].astype(int) for scan in (eight, sixteen)]
    assert np.abs(inputs[0] - inputs[1]).max() <= 1


def test_sixteen_bit_files_that_use_fewer_bits_are_told_apart(ct_slice: np.ndarray) -> None:
    twelve = np.rint(ct_slice / 255 * 4095).astype(np.uint16)
    for stored, bits in ((twelve, "12-bit"), (ct_slice.astype(np.uint16), "8-bit")):
        (scan,) = decode(encoded(Image.fromarray(stored), "PNG"), "slice", Limits())
        assert np.abs(scan.pixels.astype(int) - ct_slice).max() <= 1
        assert bits in scan.warnings[0]


def test_sixteen_bit_colour_png(ct_slice: np.ndarray) -> None:
    wide = np.repeat(ct_slice[..., None].astype(np.uint16) * 257, 3, axis=2)
    assert np.array_equal(greys(cv2.imencode(".png", wide)[1].tobytes()), ct_slice)


def test_alpha_lies_over_black_and_an_all_clear_picture_keeps_its_greys(ct_slice: np.ndarray) -> None:
    alpha = np.full_like(ct_slice, 255)
    alpha[:100] = 0
    half = np.dstack([ct_slice, alpha])
    shown = greys(encoded(Image.fromarray(half, "LA"), "PNG"))
    assert not shown[:100].any() and np.array_equal(shown[100:], ct_slice[100:])
    clear = np.dstack([ct_slice, np.zeros_like(ct_slice)])
    assert np.array_equal(greys(encoded(Image.fromarray(clear, "LA"), "PNG")), ct_slice)


def test_a_phones_orientation_is_followed(ct_slice: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side: turn clockwise by 90 degrees
    turned = greys(encoded(Image.fromarray(ct_slice), "JPEG", quality=98, exif=exif))
    assert turned.shape == (240, 200)
    assert np.abs(turned.astype(int) - np.rot90(ct_slice, -1)).mean() < 2


def test_tiled_tiff_is_read(ct_slice: np.ndarray) -> None:
    from tests.imaging.tiffs import tiled

    assert np.array_equal(greys(tiled(ct_slice, 64)), ct_slice)


@pytest.mark.parametrize("factor", [1, 257])
def test_a_tiff_whose_zero_is_white(ct_slice: np.ndarray, factor: int) -> None:
    from tests.imaging.tiffs import set_tag

    stored = (255 - ct_slice) if factor == 1 else (255 - ct_slice.astype(np.uint16)) * np.uint16(factor)
    data = set_tag(encoded(Image.fromarray(stored), "TIFF"), 262, 0)
    assert np.array_equal(greys(data), ct_slice)


def test_pages_of_a_tiff_are_slices(ct_slice: np.ndarray) -> None:
    first, second = Image.fromarray(ct_slice), Image.fromarray(ct_slice[::-1].copy())
    scans = decode(encoded(first, "TIFF", save_all=True, append_images=[second]), "stack", Limits())
    assert [scan.digest.split("#")[1] for scan in scans] == ["1", "2"]
    assert np.array_equal(scans[1].pixels, ct_slice[::-1])


def test_a_float_tiff_in_hounsfield_units_says_what_was_assumed() -> None:
    values = np.linspace(-1000, 1500, 64 * 64, dtype=np.float32).reshape(64, 64)
    (scan,) = decode(encoded(Image.fromarray(values), "TIFF"), "hu", Limits())
    assert scan.unit == "HU" and np.array_equal(scan.pixels, values) and "Hounsfield" in scan.warnings[0]


def test_a_float_tiff_from_zero_to_one_is_grey() -> None:
    values = np.tile(np.array([0, 0.2, 1], np.float32), (3, 1))
    assert greys(encoded(Image.fromarray(values), "TIFF"))[0].tolist() == [0, 51, 255]


def test_colour_is_measured() -> None:
    def colour(rgb: tuple[int, int, int]) -> float:
        return decode(encoded(Image.new("RGB", (70, 70), rgb), "PNG"), "c", Limits())[0].colour

    # (max - min) / max: 0 for grey, 0.5 for half-washed red, 1 for pure red.
    assert (colour((90, 90, 90)), colour((200, 100, 100)), colour((255, 0, 0))) == (0.0, 0.5, 1.0)


def test_the_name_says_nothing(ct_slice: np.ndarray) -> None:
    scan = decode(encoded(Image.fromarray(ct_slice), "PNG"), "really.dcm", Limits())[0]
    assert (scan.format, scan.name) == ("PNG", "really.dcm")


# Bad input: each a sentence with a code.


def test_zero_bytes() -> None:
    assert refusal(b"").code == "empty"


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"Patient has a cyst.\nSee report.", "text"),
        (b"<!DOCTYPE html><html></html>", "text"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"GIF89a" + bytes(40), "GIF"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
        (b"\x1f\x8b\x08" + bytes(40), "gzip"),
        (bytes(344) + b"n+1\0" + bytes(40), "NIfTI"),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(40), "WebP"),
        (b"BM" + bytes(40), "BMP"),
        (bytes(range(200, 256)) * 4, "not a picture"),
    ],
)
def test_what_is_no_slice_is_named(data: bytes, named: str) -> None:
    assert named in refusal(data, "scan.jpg").sentence


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_cut_short(ct_slice: np.ndarray, kind: str, share: float) -> None:
    options = {"compression": "tiff_lzw"} if kind == "TIFF" else {}
    data = encoded(Image.fromarray(ct_slice), kind, **options)
    assert refusal(data[: int(len(data) * share)]).code in ("truncated", "damaged")


def test_a_png_with_too_few_rows_or_a_wrong_checksum(ct_slice: np.ndarray) -> None:
    rows = b"".join(b"\0" + row.tobytes() for row in ct_slice)
    assert np.array_equal(greys(png(240, 200, 8, 0, zlib.compress(rows))), ct_slice)
    assert refusal(png(240, 200, 8, 0, zlib.compress(rows[:20_000]))).code == "damaged"
    flipped = bytearray(png(240, 200, 8, 0, zlib.compress(rows)))
    flipped[200] ^= 1
    assert refusal(bytes(flipped)).code == "damaged"


def test_a_png_bomb_costs_nothing() -> None:
    import time
    import tracemalloc

    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(bytes(13_001)) for _ in range(13_000)) + packer.flush()
    bomb = png(13_000, 13_000, 8, 0, body)
    assert 100_000 < len(bomb) < 500_000
    tracemalloc.start()
    started = time.perf_counter()
    error = refusal(bomb, "bomb.png")
    took, peak = time.perf_counter() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.code == "too-many-pixels" and "13000 x 13000" in error.sentence
    assert took < 0.1 and peak < 1_000_000, (took, peak)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_20000_by_20000_is_refused_from_the_header(ct_slice: np.ndarray, kind: str) -> None:
    data = bytearray(encoded(Image.fromarray(ct_slice), kind))
    if kind == "PNG":
        data = bytearray(png(20_000, 20_000, 8, 0, zlib.compress(b"")))
    elif kind == "JPEG":
        at = data.find(b"\xff\xc0")
        data[at + 5 : at + 9] = struct.pack(">HH", 20_000, 20_000)
    else:
        from tests.imaging.tiffs import set_tag

        data = bytearray(set_tag(set_tag(bytes(data), 256, 20_000), 257, 20_000))
    error = refusal(bytes(data))
    assert error.code == "too-many-pixels" and "20000 x 20000" in error.sentence


def test_a_line_of_forty_million_pixels_is_no_slice() -> None:
    assert refusal(png(40_000_000, 1, 8, 0, zlib.compress(bytes(40_000_001)))).code == "too-many-pixels"


def test_too_many_bytes(ct_slice: np.ndarray) -> None:
    data = encoded(Image.fromarray(ct_slice), "PNG")
    assert refusal(data, limits=Limits(file_bytes=1000)).code == "too-large"


def test_animated_png(ct_slice: np.ndarray) -> None:
    frames = [Image.fromarray(ct_slice), Image.fromarray(ct_slice[::-1].copy())]
    assert refusal(encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])).code == "animated"


def test_too_many_pages(ct_slice: np.ndarray) -> None:
    page = Image.fromarray(ct_slice)
    data = encoded(page, "TIFF", save_all=True, append_images=[page] * 4)
    assert refusal(data, limits=Limits(frames=3)).code == "too-many-frames"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_float_tiff_that_is_not_finite(bad: float) -> None:
    values = np.zeros((64, 64), np.float32)
    values[3, 3] = bad
    assert refusal(encoded(Image.fromarray(values), "TIFF")).code == "not-finite"


def test_one_pixel_decodes_and_is_left_to_the_quality_check() -> None:
    assert greys(encoded(Image.new("L", (1, 1), 9), "PNG")).tolist() == [[9]]


def test_a_hostile_name_is_tamed() -> None:
    error = refusal(b"", "slice.\n\x1b[31m" + "x" * 500)
    assert "\n" not in error.sentence and "\x1b" not in error.sentence and len(error.sentence) < 150


@pytest.mark.data
def test_real_slices_survive_the_round_trip_through_sixteen_bits() -> None:
    name, data = next(shared("kidney-ct.zip", lambda name: name.endswith(".jpg")))
    scan = decode(data, name, Limits())[0]
    again = decode(encoded(Image.fromarray(scan.pixels.astype(np.uint16) * 257), "PNG"), name, Limits())[0]
    assert scan.format == "JPEG" and np.array_equal(scan.pixels, again.pixels)
