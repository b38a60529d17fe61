"""Writes drawn Hounsfield units as DICOM CT, so that the samples have something to window."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, RLELossless, generate_uid

ROOT = "1.2.826.0.1.3680043.8.498."


def write_ct(
    path: Path, hu: NDArray[np.float32], spacing: float, position: float, series: str, number: int
) -> None:
    """Write one synthetic slice; everything a reader could mistake for a person says SYNTHETIC.

    Args:
        path: The file to write.
        hu: (H, W) Hounsfield units, rounded to whole ones.
        spacing: Pixel distance, mm.
        position: Height of the slice, mm, growing towards the feet.
        series: Name of the series; its unique ids derive from it, so they are the same each time.
        number: Instance number, from 1.
    """
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = CTImageStorage
    uid = generate_uid(ROOT, [series, str(number)])
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = uid
    data.StudyInstanceUID = generate_uid(ROOT, [series, "study"])
    data.SeriesInstanceUID = generate_uid(ROOT, [series, "series"])
    data.FrameOfReferenceUID = generate_uid(ROOT, [series, "frame"])
    _say_synthetic(data)
    _geometry(data, hu.shape, spacing, position, number)
    _pixels(data, hu)
    data.compress(RLELossless, generate_instance_uid=False)
    data.save_as(path, enforce_file_format=True)


def _say_synthetic(data: Dataset) -> None:
    data.PatientName = "SYNTHETIC"
    data.PatientID = "SYNTHETIC"
    data.PatientBirthDate = data.PatientSex = data.StudyDate = data.StudyTime = ""
    data.StudyID = data.AccessionNumber = data.ReferringPhysicianName = ""
    data.Manufacturer = "Kidney CT Studio"
    data.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    data.ImageComments = "SYNTHETIC: drawn by a program, no person was scanned"
    data.BurnedInAnnotation = "YES"
    data.PatientIdentityRemoved = "YES"
    data.Modality = "CT"
    data.SeriesDescription = "SYNTHETIC abdomen"


def _geometry(data: Dataset, shape: tuple[int, ...], spacing: float, position: float, number: int) -> None:
    data.SeriesNumber = 1
    data.InstanceNumber = number
    data.PatientPosition = "HFS"
    data.PixelSpacing = [round(spacing, 6), round(spacing, 6)]
    data.SliceThickness = 1.5
    corner = -spacing * (shape[1] - 1) / 2
    data.ImagePositionPatient = [round(corner, 4), round(corner, 4), round(-position, 4)]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]


def _pixels(data: Dataset, hu: NDArray[np.float32]) -> None:
    data.Rows, data.Columns = hu.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.RescaleIntercept, data.RescaleSlope, data.RescaleType = 0, 1, "HU"
    data.WindowCenter, data.WindowWidth = 40, 400
    data.PixelData = np.round(hu).astype("<i2").tobytes()
