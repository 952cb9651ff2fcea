"""``byoc poc operate``: who holds which duty, which signals replace those of today, and who can see them."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import AsOf, ContractFile, FailOn, Format, From, Output, exit_code
from cli.poc_options import DEFAULT_CASE, CaseFile, OutFolder


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("operate")(operate)


def operate(
    *,
    case: CaseFile = DEFAULT_CASE,
    from_: From = None,
    contract: ContractFile = None,
    as_of: AsOf = None,
    out: OutFolder = None,
    fail_on: Annotated[FailOn, typer.Option(help="From which verdict on the exit code says so.")] = FailOn.UNKNOWN,
    output: Output = Format.TEXT,
) -> None:
    """Write the operating model: duties, signals and alerts of both sides, who can see them; gaps are its findings."""
    from cli import poc_folder
    from poc.case.model import Case
    from poc.operate import text
    from poc.operate.model import operating

    told = Case.read(case)
    judged = poc_folder.audited(from_, contract, as_of)
    found = operating(told, judged.boundary, judged.answers) if judged is not None else operating(told, None)
    target = out or poc_folder.default(told)
    files = {"operations.json": found.text(), "operations.md": text.markdown(found)}
    poc_folder.write(target, {name: content.encode() for name, content in files.items()})
    if output is Format.JSON:
        typer.echo(found.text(), nl=False)
    else:
        for line in text.shown(found):
            typer.echo(line)
        typer.echo(f"\nwrote {target}/operations.md and operations.json")
    raise typer.Exit(exit_code(found.verdict, fail_on))
