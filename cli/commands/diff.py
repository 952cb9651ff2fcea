"""``byoc diff``: what is otherwise in one audit folder or snapshot than in another."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audit.model.errors import UsageError
from cli.options import AsOf, Format, Output


class Only(StrEnum):
    """The parts of a boundary that are compared."""

    ACCESS = "access"
    REACH = "reach"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("diff")(diff)


def diff(
    first: Annotated[Path, typer.Argument(metavar="A", help="An audit folder or snapshot: what was.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another: what is now.")],
    *,
    only: Annotated[
        Only, typer.Option("--only", help="What to compare: who can do what, or which packets arrive.")
    ] = Only.ACCESS,
    contract: Annotated[
        Path | None, typer.Option("--contract", help="The boundary contract of both; default: each folder's own.")
    ] = None,
    as_of: AsOf = None,
    output: Output = Format.TEXT,
) -> None:
    """Show who gained and who lost what from A to B, or which paths opened and closed, and which rule did it."""
    for path in (first, second):
        if not path.exists():
            raise UsageError(f"{path} does not exist: name two audit folders or snapshots")
    if only is Only.REACH:
        _reach(first, second, contract, output)
    else:
        _access(first, second, contract, as_of, output)


def _access(first: Path, second: Path, contract: Path | None, as_of: str | None, output: Format) -> None:
    from audit.difference.access import compare
    from audit.report import difference, json_files
    from cli import judging, printing

    compared = compare(*(judging.boundary_of(path, contract, as_of) for path in (first, second)))
    if output is Format.JSON:
        typer.echo(json_files.text(difference.as_json(compared)), nl=False)
    else:
        difference.show(compared, printing.console())


def _reach(first: Path, second: Path, contract: Path | None, output: Format) -> None:
    from audit.difference.reach import compare
    from audit.report import json_files, reach_difference
    from cli import judging, printing

    compared = compare(*(judging.network_of(path, contract) for path in (first, second)))
    if output is Format.JSON:
        typer.echo(json_files.text(reach_difference.as_json(compared)), nl=False)
    else:
        reach_difference.show(compared, printing.console())
