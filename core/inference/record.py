"""Answers as plain fields, the same for the command line and the API."""

from typing import Any

from core.domain import ModelRef, Reason
from core.imaging.intake import Refused
from core.inference.batch import Case


def of(item: Case | Refused) -> dict[str, Any]:
    """A case, or why a file could not be read, ready for JSON.

    Returns:
        For a case: file, label (None when declined), probabilities by class, declined, reasons,
        warnings, model, milliseconds by step, series and position (None outside DICOM), digest.
        For a refused file: file and error.
    """
    if isinstance(item, Refused):
        return {"file": item.name, "error": {"code": item.code, "sentence": item.sentence}}
    scan, answer = item.scan, item.prediction
    return {
        "file": scan.name,
        "label": answer.label,
        "probabilities": dict(zip(answer.labels, answer.probabilities, strict=True)),
        "declined": answer.declined,
        "reasons": [_finding(reason) for reason in answer.reasons],
        "warnings": [_finding(warning) for warning in answer.warnings],
        "model": model(answer.model),
        "milliseconds": {step: round(value, 3) for step, value in answer.milliseconds.items()},
        "series": scan.series,
        "position": scan.position,
        "digest": scan.digest,
    }


def model(ref: ModelRef) -> dict[str, str]:
    """Which model answered."""
    return {"name": ref.name, "version": ref.version, "digest": ref.digest}


def _finding(reason: Reason) -> dict[str, str]:
    return {"code": reason.code, "sentence": reason.sentence}
