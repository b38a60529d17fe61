"""The texts of About: the cards of model and data, limits, licences."""

import re
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import streamlit as st

from core.config.settings import ROOT

# pyproject.toml doesn't come along into the image; a test holds the two equal
VERSION: Final = "0.1.0"
DATA: Final = (
    "The model was trained on slices of the public CT Kidney Dataset (Islam et al. 2022, "
    "*Scientific Reports* 12:11440), grouped by the patient they are believed to come from."
)
LIMITS: Final = """
- **Not a medical device.** Nothing here was tested for use on patients, and no output may decide about one.
- **Four classes, one answer.** A slice with a stone *and* a cyst gets one label. Other findings have no
  class: the model can only call them one of the four, or be unsure.
- **One slice at a time.** It doesn't know the slice above or below, the patient's age or history.
- **One source.** Most training slices come from few hospitals and scanners. Other scanners, contrast phases,
  children and transplant kidneys are unlike what it has seen.
- **Patients are inferred.** The data names no patients; blocks of neighbouring slices stand for them.
- **A heatmap is not a segmentation.** It shows which parts of a coarse grid spoke for a class, not the
  lesion's edge.
- **Declining is imperfect.** Some pictures that are no kidney CT get through, and some real slices are
  declined.
"""
PACKAGES: Final = {
    "streamlit": "Apache-2.0",
    "ai-edge-litert": "Apache-2.0",
    "numpy": "BSD-3-Clause",
    "opencv-python-headless": "Apache-2.0",
    "pydicom": "MIT",
    "pydantic": "MIT",
    "fastapi": "MIT",
    "reportlab": "BSD-3-Clause",
}


def show(name: str, otherwise: str = "") -> None:
    """Draw a card from docs/, without its own title.

    Args:
        name: The file's name.
        otherwise: What to say where the file didn't come along.
    """
    path = ROOT / "docs" / name
    text = path.read_text(encoding="utf-8") if path.is_file() else otherwise
    if text:
        st.markdown(re.sub(r"\A# .*\n", "", text))


def licences() -> str:
    """What this app and what it stands on may be used under."""
    rows = "\n".join(f"| {name} | {_version(name)} | {licence} |" for name, licence in PACKAGES.items())
    return (
        f"Kidney CT Studio {VERSION} is free software under the MIT licence.\n\n"
        "The backbone's weights are torchvision's MobileNetV2, trained on ImageNet (BSD 3-Clause).\n\n"
        f"| Package | Version | Licence |\n| --- | --- | --- |\n{rows}\n"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
