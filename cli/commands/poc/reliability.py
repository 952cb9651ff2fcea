"""``byoc poc reliability``: a prober writes, reads and reads back while faults are done to the target."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import FailOn, Format, Output, exit_code
from cli.poc_options import DEFAULT_CASE, CaseFile, OutFolder


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("reliability")(reliability)


def reliability(
    *,
    case: CaseFile = DEFAULT_CASE,
    prefix: Annotated[
        str, typer.Option("--prefix", help="How the names of the topic and the groups begin that it makes.")
    ] = "byoc-poc-",
    out: OutFolder = None,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="From which verdict on the exit code is not 0.")
    ] = FailOn.UNKNOWN,
    output: Output = Format.TEXT,
) -> None:
    """Load the target, do faults to it, and measure what is lost, how long clients wait and how it recovers."""
    from audit.model.errors import UsageError
    from cli import poc_folder
    from cli.ec2_commands import run_on_ec2
    from cli.poc_options import fetch_secret
    from poc.case.model import Case
    from poc.connection import librdkafka
    from poc.reliability import page, text
    from poc.reliability.judge import judge
    from poc.reliability.plots import plots
    from poc.reliability.run import Target, run

    told = Case.read(case)
    if told.reliability is None or told.target is None:
        missing = "reliability" if told.reliability is None else "target"
        raise UsageError(
            f"{case} has no section {missing}: add it as byoc poc init writes it (docs/poc-reliability.md)"
        )
    compression = told.workload.compression
    target = Target(
        librdkafka(told.target, fetch_secret), compression.codec, compression.ratio, told.workload.record_size, prefix
    )
    folder = out or poc_folder.default(told)
    measured = run(told.reliability, target, _logs(folder), run_on_ec2, lambda line: typer.echo(line, err=True))
    found = judge(told, told.reliability, told.target.platform, measured)
    drawn = plots(found)
    files = {"reliability.json": found.text(), "reliability.html": page.html(found, drawn), **drawn}
    poc_folder.write(folder, {name: content.encode() for name, content in files.items()})
    if output is Format.JSON:
        typer.echo(found.text(), nl=False)
    else:
        for line in text.shown(found):
            typer.echo(line)
        typer.echo(f"\nwrote {folder}/reliability.html, reliability.json and {len(drawn)} drawings")
    raise typer.Exit(exit_code(found.verdict, fail_on))


def _logs(folder: Path) -> Path:
    """A new folder for the run's logs in the place of the last run's: the proof that each count rests on."""
    import shutil

    from audit.model.errors import UsageError

    logs = folder / "reliability-logs"
    try:
        shutil.rmtree(logs, ignore_errors=True)
        logs.mkdir(parents=True)
    except OSError as error:
        raise UsageError(f"{logs} cannot be made ({error.strerror}): name another folder with --out") from error
    return logs
