"""``byoc poc scorecard``: the six gates, each pass, fail or not proven, from the artifacts and the audit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsOf, ContractFile, FailOn, Format, From, Output, Policies, Waivers, exit_code
from cli.poc_options import DEFAULT_CASE, CaseFile

if TYPE_CHECKING:
    from poc.scorecard.result import Scorecard


_FEW = 5
"""Reasons of a gate that a console shows."""


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("scorecard")(scorecard)


def scorecard(
    *,
    case: CaseFile = DEFAULT_CASE,
    from_: From = None,
    contract: ContractFile = None,
    policies: Policies = None,
    waivers: Waivers = None,
    as_of: AsOf = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The folder with the artifacts, written into; default: out/poc-NAME of the case."),
    ] = None,
    fail_on: Annotated[FailOn, typer.Option(help="From which verdict on the exit code says so.")] = FailOn.UNKNOWN,
    output: Output = Format.TEXT,
) -> None:
    """Join the artifacts of a folder and the audit: six gates, each pass, fail or not proven.

    Exits with 1 when a gate fails, with 2 when none fails and one is not proven.
    """
    from cli import poc_folder, walking
    from poc.case.model import Case
    from poc.scorecard import pages
    from poc.scorecard.artifacts import Given, in_folder
    from poc.scorecard.score import scorecard as joined

    told = Case.read(case)
    material = poc_folder.material(from_, contract, policies, waivers, as_of)
    # Now, and not when the audit was made: that may have been before other evidence grew too old.
    moment = as_of or walking.now()
    target = out or poc_folder.default(told)
    found = joined(Given(told, in_folder(target), material, moment))
    files = {"scorecard.json": found.text().encode(), "scorecard.html": pages.html(found).encode()}
    files |= {"scorecard.pdf": pages.pdf(found), poc_folder.CASE: case.read_bytes()}
    poc_folder.write(target, files)
    if output is Format.JSON:
        typer.echo(found.text(), nl=False)
    else:
        _show(found)
        typer.echo(f"\nwrote {target}/scorecard.html, scorecard.pdf and scorecard.json")
    raise typer.Exit(exit_code(found.standing.verdict, fail_on))


def _show(found: Scorecard) -> None:
    from poc.scorecard.pages import WORDS, headline

    typer.echo(f"{found.case}: {headline(found)}\n")
    for gate in found.gates:
        typer.echo(f"{WORDS[gate.standing]:<12}{gate.title}")
        for one in gate.reasons[:_FEW]:
            typer.echo(f"            {WORDS[one.standing]:<12}{one.text}")
        if len(gate.reasons) > _FEW:
            typer.echo(f"            and {len(gate.reasons) - _FEW} reasons more, in scorecard.html")
