"""docs/parameters.md, written from the fields themselves."""

import yaml

from core.config.fields import Parameter, parameters
from core.config.params import Params
from core.config.settings import ROOT

FILE = ROOT / "docs" / "parameters.md"


def render() -> str:
    """Every parameter by section, in Markdown."""
    parts = [
        "# Parameters\n\n"
        "_Written by `make parameters` from core/config/sections.py; don't edit._\n\n"
        "`params.yaml` holds them; `python -m core train --set training.epochs=3` changes one for one run, "
        "and the Train page's form has the same ones. What can't be, alone or together, is refused before "
        "anything starts, with all the reasons."
    ]
    for section, about in Params.model_fields.items():
        meaning = (getattr(about.annotation, "__doc__", "") or "").strip()
        mine = [one for one in parameters() if one.section == section]
        rows = "\n".join(_row(one) for one in mine)
        head = "| parameter | default | range | meaning |\n| --- | --- | --- | --- |"
        parts.append(f"## {section}\n\n{meaning}\n\n{head}\n{rows}")
    return "\n\n".join(parts) + "\n"


def _row(one: Parameter) -> str:
    default = yaml.safe_dump(one.default, default_flow_style=True).replace("\n...", "").strip()
    allowed = ", ".join(part for part in (one.range, one.unit) if part)
    return f"| `{one.path}` | `{default}` | {allowed} | {one.meaning} |"
