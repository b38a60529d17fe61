"""Maps to take away: as a picture, as a page, as DICOM objects, as numbers."""
