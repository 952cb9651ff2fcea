"""``byoc check``: the policies judged on an audit folder or snapshot, for people or for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsOf, ContractFile, FailOn, FindingsFormat, From, Policies, exit_code

_WAIVERS = Path("waivers.yaml")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check(
    *,
    from_: From = None,
    contract: ContractFile = None,
    policies: Policies = None,
    waivers: Annotated[
        Path | None,
        typer.Option("--waivers", help=f"What is accepted until a day; default: {_WAIVERS}, if it is here."),
    ] = None,
    as_of: AsOf = None,
    fail_on: Annotated[FailOn, typer.Option(help="From which verdict on the exit code says so.")] = FailOn.UNKNOWN,
    output: FindingsFormat = "text",
) -> None:
    """Judge the policies and print the findings; those that are waived are shown and do not fail."""
    from dataclasses import replace

    from audit.model.verdict import standing
    from audit.policy import load
    from audit.policy import waivers as accepted
    from audit.report import findings, text
    from cli import judging, printing

    pack = load(policies)
    file = waivers or (_WAIVERS if _WAIVERS.exists() else None)
    given = accepted.load(file, {policy.id for policy in pack}) if file is not None else ()
    judged = judging.judge_path(from_, contract, as_of, pack)
    found = accepted.apply(given, judged.findings, judged.boundary)
    for waiver in accepted.unused(given, found, judged.boundary.now):
        typer.echo(
            f"{file}: {waiver.policy} found nothing of {waiver.subject}: remove the waiver, or mend its subject",
            err=True,
        )
    material = replace(judged.material, findings=found)
    if output == "text":
        text.findings(material, printing.console())
    else:
        typer.echo(findings.render(output, material), nl=False)
    raise typer.Exit(exit_code(standing(found), fail_on))
