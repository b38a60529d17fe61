import struct
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import cv2
import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from core.config.settings import Limits, settings
from core.errors import InputError
from core.imaging.decode import decode

PYDICOM_FILES = Path(pydicom.__file__).parent / "data" / "test_files"


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def ct_slice() -> np.ndarray:
    """(200, 240) uint8: dark air, an elliptic body with organs, a thin table below."""
    rng = np.random.default_rng(7)
    grey = np.zeros((200, 240), np.uint8)
    cv2.ellipse(grey, (120, 90), (90, 65), 0, 0, 360, 90, -1)
    cv2.ellipse(grey, (80, 95), (18, 26), 0, 0, 360, 150, -1)
    cv2.ellipse(grey, (160, 95), (18, 26), 0, 0, 360, 150, -1)
    cv2.circle(grey, (120, 130), 14, 230, -1)
    cv2.line(grey, (20, 185), (220, 185), 200, 2)
    body = grey > 0
    grey[body] = np.clip(grey[body] + rng.normal(0, 6, body.sum()), 1, 255).astype(np.uint8)
    return grey


def refusal(data: bytes, name: str = "slice.jpg", limits: Limits | None = None) -> InputError:
    """Decode, expecting a sentence; it must name the file and end what it says."""
    with pytest.raises(InputError) as caught:
        decode(data, name, limits or Limits())
    sentence = caught.value.sentence
    assert name.split(".")[0] in sentence and sentence.endswith(".") and len(sentence) < 300, sentence
    return caught.value


def png(width: int, height: int, bits: int, colour: int, rows: bytes, extra: bytes = b"") -> bytes:
    """A PNG written by hand, so that the header can say anything."""
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def dicom(stored: np.ndarray, **tags: Any) -> FileDataset:
    """A CT data set around stored values (H, W) or (frames, H, W); tags override."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CTImageStorage, generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID, ds.Modality = CTImageStorage, meta.MediaStorageSOPInstanceUID, "CT"
    ds.Rows, ds.Columns = stored.shape[-2:]
    if stored.ndim == 3:
        ds.NumberOfFrames = stored.shape[0]
    bits = stored.dtype.itemsize * 8
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = bits, bits, bits - 1
    ds.PixelRepresentation = int(stored.dtype.kind == "i")
    ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
    ds.PixelData = stored.tobytes()
    for key, value in tags.items():
        if value is None:
            delattr(ds, key)
        else:
            setattr(ds, key, value)
    return ds


def saved(ds: FileDataset, **options: Any) -> bytes:
    stream = BytesIO()
    ds.save_as(stream, **options)
    return stream.getvalue()


@pytest.fixture(scope="session")
def real_dicoms() -> list[tuple[str, bytes]]:
    return list(shared("dicom-ct.zip", lambda name: name.endswith(".dcm")))


def shared(archive: str, wanted: Callable[[str], bool] = lambda name: True) -> Iterator[tuple[str, bytes]]:
    """Members of a real data set, or a skip that says why."""
    path = settings().shared_data / archive
    if not path.is_file():
        pytest.skip(f"needs {archive} in KCS_SHARED_DATA ({settings().shared_data})")
    with ZipFile(path) as opened:
        for name in sorted(opened.namelist()):
            if not name.endswith("/") and wanted(name):
                yield name, opened.read(name)
