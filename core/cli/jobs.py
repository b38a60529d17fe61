"""The verbs about background jobs: what the page starts, and what ``--detach`` does."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.options import Json, say, when
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
        say(fields(job), line(job), as_json)


@jobs.command()
def show(job: Id, as_json: Json = False) -> None:
    """One job: how far it is, or how it ended and why."""
    from core.jobs import records

    found = records.read(job, settings())
    say(fields(found), "\n".join([line(found), *about(found)]), as_json)


@jobs.command()
def log(job: Id, lines: Annotated[int, typer.Option(min=1, help="So many of the last.")] = 200) -> None:
    """The end of a job's log."""
    from core.jobs import records

    typer.echo(records.log(job, settings(), lines))


@jobs.command()
def events(job: Id, as_json: Json = False) -> None:
    """What happened in a job, oldest first: phases, epochs, retries, its end."""
    from core.jobs import records, summary

    for event in summary.happened(records.events(job, settings())):
        told = "  ".join(f"{name}={_value(value)}" for name, value in event.items() if name != "at")
        say(event, f"{_when(event.get('at'))}  {told}", as_json)


@jobs.command()
def cancel(job: Id, as_json: Json = False) -> None:
    """Ask a job to stop, and end it where it doesn't."""
    from core.jobs import runner

    found = runner.cancel(job, settings())
    say(fields(found), line(found), as_json)


@jobs.command()
def resume(job: Id, as_json: Json = False) -> None:
    """Start a failed or cancelled job again, from what its worker left."""
    from core.jobs import runner

    found = runner.resume(job, settings())
    say(fields(found), line(found), as_json)


@jobs.command()
def delete(job: Id, as_json: Json = False) -> None:
    """Delete a finished job with its log. What it made, a data set or a model, stays."""
    from core.jobs import runner

    runner.delete(job, settings())
    say({"id": job, "deleted": True}, f"{job} is deleted.", as_json)


@jobs.command()
def clean(
    older: Annotated[float, typer.Option(min=0, metavar="DAYS", help="That ended so long ago.")] = 30.0,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete finished jobs that are old, with their logs. What they made stays."""
    from core.jobs import cleaning, records

    found = cleaning.old(settings(), older)
    ended = f"ended over {older:g} days ago"
    if not found:
        say({"deleted": [], "bytes": 0}, f"No job {ended}.", as_json)
        return
    size = sum(records.disk_use(job.id, settings()) for job in found)
    what = f"{len(found)} job{'s' if len(found) > 1 else ''} that {ended} ({size / 1e6:.1f} MB)"
    if not yes:
        typer.confirm(f"Delete {what}?", abort=True, err=True)
    gone = cleaning.clean(found, settings())
    say({"deleted": gone, "bytes": size}, f"Of {what}, {len(gone)} are deleted.", as_json)


def fields(job: "Job") -> dict[str, Any]:
    """A job for a program: its record, what of it a training run has, and its folder's size in bytes."""
    from core.jobs import records, summary

    return {**summary.fields(job), "bytes": records.disk_use(job.id, settings())}


def line(job: "Job") -> str:
    """A job on one line, for a person."""
    what = " ".join(str(job.request[name]) for name in ("do", "name", "dataset") if job.request.get(name))
    told = {
        "running": f" {job.share:.0%} {job.phase}".rstrip(),
        "queued": f" ({job.words})" * bool(job.words),
    }
    return f"{job.id}  {_when(job.created)}  {job.state}{told.get(job.state, '')}  {what or job.worker}"


def about(job: "Job") -> list[str]:
    """What else is known of a job, a line each: why it ended, what it tells, what came out."""
    again = ["It was started again by itself, after its worker was lost."] if job.attempts > 1 else []
    words = [job.words] if job.state == "running" and job.words else []
    known = {**job.facts, **job.result}
    told = [f"{name}: {_value(value)}" for name, value in known.items() if value not in (None, "", {})]
    return [text for text in (job.reason, *again, *words, *told) if text]


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    return str(value)


def _when(at: Any) -> str:
    if not isinstance(at, int | float):
        return "-"
    return when(at)
