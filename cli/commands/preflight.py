"""``byoc preflight``: before anything is made, whether the account will take what the stack makes."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from cli.options import FailOn, Format, Output, exit_code


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("preflight")(preflight)


def preflight(
    stack: Annotated[str, typer.Argument(help="The stack to be deployed: the STACK of stacks/Pulumi.STACK.yaml.")],
    *,
    profile: Annotated[
        str | None, typer.Option(help="The AWS profile of who deploys; default: the standard credential chain.")
    ] = None,
    automq_config: Annotated[
        Path | None,
        typer.Option(
            help="A file with the stack's automq_config in clear, as it names the ops bucket; - for standard input. "
            "A preflight never decrypts it itself."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="A folder to write preflight.json and the raw answers of AWS to, for byoc record ID --from."),
    ] = None,
    fail_on: Annotated[FailOn, typer.Option(help="From which verdict on the exit code says so.")] = FailOn.UNKNOWN,
    output: Output = Format.TEXT,
) -> None:
    """Ask the real account, read-only, whether permissions, quotas, names and addresses will do for a stack."""
    from audit import preflight as checked
    from audit.report import json_files
    from audit.report import preflight as report
    from cli import extras, folder, preflighting, printing, rehearsing

    extras.require_rehearse()
    rehearsing.file_of(stack)
    config = None if automq_config is None else _text(automq_config)
    with folder.new_folder(out) if out is not None else nullcontext() as draft:
        seen = preflighting.look(stack, profile, config)
        found = checked.judge(seen)
        titles = {checked.name_of(module): module.TITLE for module in checked.modules()}
        told = json_files.text(report.as_json(seen, found, titles))
        if draft is not None:
            folder.fill(draft, seen.snapshot, {"preflight.json": told.encode()})
    if output is Format.JSON:
        typer.echo(told, nl=False)
    else:
        report.show(seen, found, titles, printing.console())
    raise typer.Exit(exit_code(report.verdict(found), fail_on))


def _text(file: Path) -> str:
    """What stands in a file; raises UsageError for one that cannot be read."""
    from audit.model.errors import UsageError

    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{file} cannot be read ({error}): name the file that pulumi config get automq_config was written to"
        ) from error
