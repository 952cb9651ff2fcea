"""``byoc rehearse``: run a stack's own program against an embedded AWS, audit that, and write the audit folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import FailOn, Format, Output, Policies, exit_code

if TYPE_CHECKING:
    from stacks.declared.helm import Release
    from stacks.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rehearse")(rehearse)


def rehearse(
    stack: Annotated[str, typer.Argument(help="The stack to rehearse: the STACK of stacks/Pulumi.STACK.yaml.")],
    *,
    out: Annotated[Path | None, typer.Option("--out", help="The audit folder to write; default: out/STACK.")] = None,
    policies: Policies = None,
    fail_on: Annotated[FailOn, typer.Option(help="From which verdict on the exit code says so.")] = FailOn.BROKEN,
    output: Output = Format.TEXT,
) -> None:
    """Deploy a stack into an embedded AWS, without an account or credentials, and answer the boundary questions."""
    from audit.policy import load
    from cli import extras, folder, judging, printing, rehearsing
    from stacks.declared import reading
    from stacks.declared.helm import helm_releases

    extras.require_rehearse()
    rehearsing.file_of(stack)
    pack = load(policies)
    target = out or folder.OUT / stack
    releases: list[Release] = []
    with folder.new_folder(target) as draft:
        settings, sampled, contract, snapshot = rehearsing.rehearse(
            stack, declared=lambda states: releases.extend(helm_releases(reading.rehearsed(states, stack)))
        )
        judged = judging.judge_snapshot(snapshot, contract, policies=pack)
        folder.fill(draft, judged.snapshot, judging.files(judged) | {one.file: one.text.encode() for one in releases})
    printing.show(judged, target, output, _beside(releases))
    if output is Format.TEXT:
        _notes(settings, sampled=sampled, now=judged.boundary.now)
    raise typer.Exit(exit_code(judged.verdict, fail_on))


def _beside(releases: list[Release]) -> dict[str, str]:
    """What stands in the folder beside what is judged: the Kubernetes side of the stack, where it has one."""
    if not releases:
        return {}
    return {"kubernetes/": f"what Helm is given by pulumi up, nothing applied: {', '.join(map(str, releases))}"}


def _notes(settings: Settings, *, sampled: bool, now: str) -> None:
    """What the footprint costs, and what a rehearsal is not."""
    from datetime import date

    from stacks import cost

    found = cost.estimate(settings, date.fromisoformat(now[:10]))
    typer.echo("\nCost, US dollars a month")
    for component, quantity, price in cost.rows(found):
        typer.echo(f"  {component:<56}{quantity:>8}  {price}")
    for note in found.notes:
        typer.echo(f"  {note}")
    if sampled:
        typer.echo("\nautomq_config is a sample: a rehearsal never decrypts the stack's own.")
