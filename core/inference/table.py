"""Results as CSV, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator

from core.imaging.intake import Refused
from core.inference.batch import Case

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write(items: Iterable[Case | Refused], labels: tuple[str, ...]) -> str:
    """Cases as CSV, a line each.

    Args:
        items: Answers, and files that could not be read: those have an ``error``.
        labels: Classes in the bundle's order; a column of probabilities each.

    Returns:
        UTF-8 text with a byte order mark, which spreadsheets need to read accents.
    """
    out = io.StringIO()
    columns = ["file", "label", "declined", "reasons", "warnings"]
    columns += [f"p_{label}" for label in labels]
    columns += ["model", "version", "digest", "error"]
    rows = csv.DictWriter(out, columns, restval="", lineterminator="\r\n")
    rows.writeheader()
    rows.writerows(_lines(items))
    return "\ufeff" + out.getvalue()


def _lines(items: Iterable[Case | Refused]) -> Iterator[dict[str, str]]:
    for item in items:
        yield _case(item) if isinstance(item, Case) else _refused(item)


def _case(case: Case) -> dict[str, str]:
    answer = case.prediction
    fields = {
        "file": _inert(case.scan.name),
        "label": answer.label or "",
        "declined": "yes" if answer.declined else "no",
        "reasons": _inert(" ".join(reason.sentence for reason in answer.reasons)),
        "warnings": _inert(" ".join(warning.sentence for warning in answer.warnings)),
        "model": _inert(answer.model.name),
        "version": _inert(answer.model.version),
        "digest": answer.model.digest,
    }
    pairs = zip(answer.labels, answer.probabilities, strict=True)
    return fields | {f"p_{label}": f"{value:.4f}" for label, value in pairs}


def _refused(refused: Refused) -> dict[str, str]:
    return {"file": _inert(refused.name), "declined": "yes", "error": _inert(refused.sentence)}


def _inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula (OWASP, "CSV injection")."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
