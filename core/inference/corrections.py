"""Writes corrections down: what a person says slices are, to be learnt from (`core.data.corrections`)."""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime

import cv2

from core.data.corrections import FILE, Correction, Given, Listing, Model, Seen, place
from core.imaging.preprocess import PreprocessSpec, model_grey
from core.inference.batch import Case

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""When files of the zip were changed; the earliest that a zip can say."""


def write(marked: Iterable[tuple[Case, str]], spec: PreprocessSpec) -> bytes:
    """A zip of corrections.

    Slices are kept in the grey that the model is shown, before it is cut and resized: from a
    picture of 8 bits these are its own pixels, of Hounsfield units what the model's window shows.
    Neither names nor anything of a header goes in.

    Args:
        marked: Slices, each with what a person says it is; of two with the same pixels, the later
            one counts.
        spec: The preprocessing of the model that answered.

    Returns:
        The zip.
    """
    found: dict[str, tuple[Correction, bytes]] = {}
    for case, label in marked:
        data = cv2.imencode(".png", model_grey(case.scan, spec))[1].tobytes()
        digest = hashlib.sha256(data).hexdigest()
        found[digest] = _correction(case, label, digest, spec), data
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    listing = Listing(created=now, slices=tuple(one for one, _ in found.values()))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        text = listing.model_dump_json(indent=2) + "\n"
        archive.writestr(zipfile.ZipInfo(FILE, _LONG_AGO), text, zipfile.ZIP_DEFLATED)
        for one, data in found.values():
            archive.writestr(zipfile.ZipInfo(one.file, _LONG_AGO), data)
    return packed.getvalue()


def _correction(case: Case, label: str, sha256: str, spec: PreprocessSpec) -> Correction:
    scan, answer = case.scan, case.prediction
    return Correction(
        file=place(label, sha256),
        label=label,
        sha256=sha256,
        source_sha256=scan.digest,
        patient=scan.patient or "",
        window=Seen(center=spec.window_center, width=spec.window_width) if scan.unit == "HU" else None,
        given=Given(
            model=Model(name=answer.model.name, version=answer.model.version, digest=answer.model.digest),
            label=answer.label,
            probabilities={
                name: min(1.0, share) for name, share in zip(answer.labels, answer.probabilities, strict=True)
            },
        ),
    )
