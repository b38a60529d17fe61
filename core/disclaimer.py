"""The one line that everything which leaves the app carries."""

from typing import Final

DISCLAIMER: Final = (
    "Research and teaching use only. Not a medical device: no output of this app may decide about a patient."
)
