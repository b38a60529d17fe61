"""From a slice to what a model sees, the same for training, command line, API and page."""

from pydantic import BaseModel, ConfigDict, Field


class PreprocessSpec(BaseModel):
    """How a slice becomes a model's input; part of the bundle.

    The model itself turns grey 0..255 into whatever its backbone wants, so no normalisation is
    here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(320, ge=32, le=1024, description="side of the square input, pixels")
    crop_body: bool = Field(True, description="cut to the body first, table and air dropped")
    clahe_clip: float = Field(2.0, ge=0, description="CLAHE clip limit; 0 is no CLAHE")
    clahe_tiles: int = Field(8, ge=1, le=32, description="CLAHE tiles along each side")
    window_center: float = Field(40.0, description="HU window of DICOM input, centre")
    window_width: float = Field(400.0, ge=1, description="HU window of DICOM input, width")
