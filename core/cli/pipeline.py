"""The verb that runs the stages of dvc.yaml without DVC."""

import shlex
import string
import subprocess
import sys
from typing import Any

import typer
import yaml

from core.cli.options import Changes, ParamsFile
from core.config.params import FILE, load
from core.config.settings import ROOT, settings

app = typer.Typer()
STAGES = ROOT / "dvc.yaml"


class _Braces(string.Template):
    """``${section.field}``, as DVC writes it."""

    idpattern = r"[a-z_]+(?:\.[a-z_]+)*"


@app.command()
def pipeline(params: ParamsFile = FILE, changes: Changes = None) -> None:
    """Run every stage of dvc.yaml in its order: ingest, validate, split, features, train, evaluate.

    Nothing is skipped and nothing of older runs is kept; that is what DVC is for.
    """
    values = _flat(load(params, changes or ()).model_dump(mode="json"))
    again = ["--params", str(params), *(word for change in changes or () for word in ("--set", change))]
    for name, stage in yaml.safe_load(STAGES.read_text(encoding="utf-8"))["stages"].items():
        typer.echo(f"--- {name}", err=True)
        words = [_placed(_Braces(word).substitute(values)) for word in shlex.split(stage["cmd"])]
        # a stage that names parameters is a verb that reads them
        own = again if "params" in stage else []
        done = subprocess.run([sys.executable, *words[1:], *own], check=False)
        if done.returncode:
            typer.echo(f"The stage {name} failed; what it said is above.", err=True)
            raise typer.Exit(done.returncode)


def _placed(word: str) -> str:
    """DVC knows one place for what is written; KCS_VAR may name another."""
    return str(settings().var / word[4:]) if word.startswith("var/") else word


def _flat(values: dict[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        key = f"{above}{name}"
        found |= _flat(value, f"{key}.") if isinstance(value, dict) else {key: value}
    return found
