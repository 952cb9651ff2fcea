"""``byoc check``: the policies judged on an audit folder or snapshot, for people or for other tools."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import AsOf, ContractFile, FailOn, FindingsFormat, From, Policies, Waivers, exit_code


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check(
    *,
    from_: From = None,
    contract: ContractFile = None,
    policies: Policies = None,
    waivers: Waivers = None,
    as_of: AsOf = None,
    fail_on: Annotated[FailOn, typer.Option(help="From which verdict on the exit code says so.")] = FailOn.UNKNOWN,
    output: FindingsFormat = "text",
) -> None:
    """Judge the policies and print the findings; those that are waived are shown and do not fail."""
    from dataclasses import replace

    from audit.model.verdict import standing
    from audit.policy import load
    from audit.report import findings, text
    from cli import judging, printing, waiving

    judged = judging.judge_path(from_, contract, as_of, load(policies))
    found = waiving.waived(judged, waivers)
    material = replace(judged.material, findings=found)
    if output == "text":
        text.findings(material, printing.console())
    else:
        typer.echo(findings.render(output, material), nl=False)
    raise typer.Exit(exit_code(standing(found), fail_on))
