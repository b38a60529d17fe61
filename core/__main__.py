"""The command line: ``python -m core VERB``."""

import sys

import typer
from pydantic import ValidationError

from core.cli import data, explain, explanations, jobs, models, pipeline, promotion, review, training
from core.config import logs
from core.config.settings import settings, unusable
from core.errors import StudioError

app = typer.Typer(
    name="python -m core",
    help="Kidney CT Studio without the browser. Research and teaching use only; not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verbs in (review, explain, explanations, data, training, models, jobs, promotion, pipeline):
    app.add_typer(verbs.app)


def main(argv: list[str] | None = None) -> int:
    """Run a verb.

    Returns:
        0 done, 1 failed, 2 wrong use.
    """
    try:
        logs.configure(settings().log_level)
    except ValidationError as error:
        typer.echo(unusable(error), err=True)
        return 2
    try:
        app(argv, prog_name="python -m core")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 1
    except StudioError as error:
        typer.echo(error.sentence, err=True)
        return 1
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        return 130
    except Exception as error:
        number = logs.incident(error, "the command line")
        typer.echo(f"Something unexpected went wrong (error {number}); the log above says where.", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
