"""The verbs about background jobs: what the page starts, and what ``--detach`` does."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.options import Json, say
from core.config.settings import settings

if TYPE_CHECKING:
    from core.jobs.job import Job

app = typer.Typer()
jobs = typer.Typer(no_args_is_help=True, help="List, show, stop, resume and delete background jobs.")
app.add_typer(jobs, name="jobs")
Id = Annotated[str, typer.Argument(metavar="ID", help="As `jobs list` shows it.")]


@jobs.command("list")
def listing(as_json: Json = False) -> None:
    """Every job, newest first."""
    from core.jobs import records

    for job in records.listing(settings()):
        say(fields(job), _line(job), as_json)


@jobs.command()
def show(job: Id, as_json: Json = False) -> None:
    """One job: how far it is, or how it ended and why."""
    from core.jobs import records

    found = records.read(job, settings())
    about = f"\n{found.reason}" if found.reason else "".join(f"\n{k}: {v}" for k, v in found.result.items())
    say(fields(found), _line(found) + about, as_json)


@jobs.command()
def log(job: Id, lines: Annotated[int, typer.Option(min=1, help="So many of the last.")] = 200) -> None:
    """The end of a job's log."""
    from core.jobs import records

    typer.echo(records.log(job, settings(), lines))


@jobs.command()
def cancel(job: Id, as_json: Json = False) -> None:
    """Ask a job to stop, and end it where it doesn't."""
    from core.jobs import runner

    found = runner.cancel(job, settings())
    say(fields(found), _line(found), as_json)


@jobs.command()
def resume(job: Id, as_json: Json = False) -> None:
    """Start a failed or cancelled job again, from what its worker left."""
    from core.jobs import runner

    found = runner.resume(job, settings())
    say(fields(found), _line(found), as_json)


@jobs.command()
def delete(job: Id, as_json: Json = False) -> None:
    """Delete a finished job with its log. What it made, a data set or a model, stays."""
    from core.jobs import runner

    runner.delete(job, settings())
    say({"id": job, "deleted": True}, f"{job} is deleted.", as_json)


def fields(job: "Job") -> dict[str, Any]:
    """A job for a program: its record, what of it a training run has, and its folder's size in bytes."""
    from core.jobs import records

    run = {name: job.result.get(name) for name in ("epoch", "epochs", "run_id")}
    return {**job.model_dump(mode="json"), **run, "bytes": records.disk_use(job.id, settings())}


def _line(job: "Job") -> str:
    when = datetime.fromtimestamp(job.created, UTC).strftime("%Y-%m-%d %H:%M")
    what = " ".join(str(job.request[name]) for name in ("do", "name", "dataset") if name in job.request)
    far = f" {job.share:.0%} {job.phase}" if job.state == "running" else ""
    return f"{job.id}  {when} UTC  {job.state}{far}  {what or job.worker}"
