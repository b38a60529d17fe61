"""What a file is, by its first bytes."""

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "BigTIFF"),
    (b"MM\x00+", "BigTIFF"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"NRRD", "NRRD"),
    (b"\x89HDF", "HDF5"),
    (b"<!DOCTYPE", "HTML"),
    (b"<!doctype", "HTML"),
    (b"<html", "HTML"),
    (b"<svg", "SVG"),
)
# DICOM without its preamble starts with a group 2 or group 8 element, in either byte order.
_BARE_DICOM = (b"\x02\x00", b"\x08\x00", b"\x00\x02", b"\x00\x08")


def kind(data: bytes) -> str:
    """Name what the bytes are.

    Returns:
        ``"PNG"``, ``"JPEG"``, ``"TIFF"``, ``"DICOM"``, ``"zip"``, another format's name where it
        is known but not supported, ``"text"``, or ``"unknown"``.
    """
    if data[128:132] == b"DICM":
        return "DICOM"
    if data.startswith(ZIP):
        return "zip"
    for start, name in _STARTS:
        if data.startswith(start):
            return name
    return _deeper(data)


def _deeper(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp":
        return "AVIF" if data[8:12] in (b"avif", b"avis") else "HEIC or video"
    if data[344:348] in (b"n+1\x00", b"ni1\x00"):
        return "NIfTI"
    if _bare_dicom(data):
        return "DICOM"
    return "text" if _is_text(data[:512]) else "unknown"


def _bare_dicom(data: bytes) -> bool:
    if len(data) < 64 or data[:2] not in _BARE_DICOM:
        return False
    # The element number's high byte, in the file's own byte order, is 0 for every element that opens a file.
    return data[3] == 0 if data[1] == 0 else data[2] == 0


def _is_text(head: bytes) -> bool:
    return bool(head) and all(byte >= 32 or byte in (9, 10, 12, 13) for byte in head)
