"""``byoc exit-proof``: after an environment was destroyed, what is gone, what is left and who could still read it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import ContractFile, FailOn, Format, From, Output, exit_code


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("exit-proof")(exit_proof)


def exit_proof(
    *,
    before: Annotated[
        Path, typer.Option("--before", help="The audit folder, snapshot or bundle of the environment as it stood.")
    ],
    from_: From = None,
    contract: ContractFile = None,
    fail_on: Annotated[FailOn, typer.Option(help="From which verdict on the exit code says so.")] = FailOn.UNKNOWN,
    output: Output = Format.TEXT,
) -> None:
    """Hold an audit after `pulumi destroy` against one before it: what is gone, what is left, who could read it.

    Exits with 1 when something remains, with 2 when something waits for its deletion or was not read.
    """
    from audit.difference import leaving
    from audit.report import leaving_text
    from cli import folder, leaving_audit

    found = leaving.exit_proof(*leaving_audit.both(before, from_, contract))
    if output is Format.JSON:
        typer.echo(folder.dump(found.model_dump(mode="json")), nl=False)
    else:
        typer.echo("\n".join(leaving_text.exit_proof(found)))
    raise typer.Exit(exit_code(found.verdict, fail_on))
