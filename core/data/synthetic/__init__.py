"""Axial synthetic CT slices of the abdomen at kidney level, with the lesion's mask.

Drawn from geometry and textbook Hounsfield units alone: no pixel comes from a person. Good for a
first look at the app, for tests and for teaching; never for a reported number.
"""

from core.data.synthetic.canvas import Organ
from core.data.synthetic.generator import SyntheticSlice, draw, series
from core.data.synthetic.lesions import LABELS
from core.data.synthetic.samples import write_dataset, write_samples

__all__ = ["LABELS", "Organ", "SyntheticSlice", "draw", "series", "write_dataset", "write_samples"]
