"""The verb that runs the stages of dvc.yaml without DVC."""

import shlex
import string
from typing import Any

import typer
import yaml

from core.cli.options import Changes, ParamsFile
from core.config.params import FILE, load
from core.config.settings import ROOT
from core.errors import SettingsError

app = typer.Typer()
STAGES = ROOT / "dvc.yaml"
VERB = ("python", "-m", "core")


class _Braces(string.Template):
    """``${section.field}``, as DVC writes it."""

    idpattern = r"[a-z_]+(?:\.[a-z_]+)*"


@app.command()
def pipeline(params: ParamsFile = FILE, changes: Changes = None) -> None:
    """Run every stage of dvc.yaml in its order: ingest, validate, split, features, train, evaluate.

    Without DVC nothing is skipped and nothing is kept of older runs.
    """
    from core.__main__ import app as verbs

    values = load(params, changes or ()).model_dump(mode="json")
    again = [word for change in changes or () for word in ("--set", change)]
    for name, stage in yaml.safe_load(STAGES.read_text(encoding="utf-8"))["stages"].items():
        typer.echo(f"--- {name}", err=True)
        words = [_Braces(word).substitute(_flat(values)) for word in shlex.split(stage["cmd"])]
        if tuple(words[: len(VERB)]) != VERB:
            raise SettingsError(f"The stage {name} is no verb of python -m core. Mend dvc.yaml.", "pipeline")
        own = [*words[len(VERB) :], *(["--params", str(params), *again] if _takes(verbs, words[3]) else [])]
        verbs(own, standalone_mode=False)


def _takes(verbs: typer.Typer, verb: str) -> bool:
    """Whether a verb has parameters of its own to read."""
    command = typer.main.get_command(verbs).commands[verb]  # type: ignore[attr-defined]
    return any(option.name == "params" for option in command.params)


def _flat(values: dict[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        key = f"{above}{name}"
        found |= _flat(value, f"{key}.") if isinstance(value, dict) else {key: value}
    return found
