"""``byoc poc cost``: what both sides cost on the same workload, every formula and price shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Format, Output
from cli.poc_options import DEFAULT_CASE, CaseFile, OutFolder

if TYPE_CHECKING:
    from poc.case.model import Case
    from poc.cost.line import Line


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("cost")(cost)


def cost(
    *,
    case: CaseFile = DEFAULT_CASE,
    meters: Annotated[
        Path | None, typer.Option("--meters", help="Meters of a run (JSON), which then stand beside the model.")
    ] = None,
    out: OutFolder = None,
    output: Output = Format.TEXT,
) -> None:
    """Compute both sides' monthly cost from one workload: a MODEL, and MEASURED beside it once a run was metered."""
    from audit.model.errors import UsageError
    from cli import poc_folder
    from poc.case.model import Case
    from poc.cost import text
    from poc.cost.meters import Meters
    from poc.cost.plots import plots
    from poc.cost.resolve import resolve
    from poc.cost.result import result

    told = Case.read(case)
    if told.prices is None:
        raise UsageError(f"{case} has no section prices: add it as byoc poc init writes it (docs/poc-cost.md)")
    read = Meters.read(meters) if meters is not None else None
    found = result(told.name, resolve(told, told.prices, case.parent, _fixed(told)), told.prices.aws.region, read)
    target = out or poc_folder.default(told)
    files = {"cost.json": found.text(), "cost.md": text.markdown(found), **plots(found)}
    poc_folder.write(target, {name: content.encode() for name, content in files.items()})
    if output is Format.JSON:
        typer.echo(found.text(), nl=False)
        return
    for line in text.shown(found):
        typer.echo(line)
    typer.echo(f"\nwrote {target}/cost.md, cost.json and {len(files) - 2} drawings")


def _fixed(case: Case) -> list[Line]:
    """The fixed footprint of the stack that the case names."""
    if case.prices is None or case.prices.aws.stack is None:
        return []
    from poc.cost.footprint import footprint
    from stacks.stack_files import stack_settings

    settings, _ = stack_settings(case.prices.aws.stack)
    return list(footprint(settings, case.prices.aws.discount_percent / 100))
