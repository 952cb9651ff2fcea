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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("diff")(diff)


def diff(
    first: Annotated[Path, typer.Argument(metavar="A", help="An audit folder or snapshot: what was.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another: what is now.")],
    *,
    only: Annotated[  # noqa: ARG001 one value so far, of which the user is told
        Only, typer.Option("--only", help="What to compare; so far who can do what alone.")
    ] = Only.ACCESS,
    contract: Annotated[
        Path | None, typer.Option("--contract", help="The boundary contract of both; default: each folder's own.")
    ] = None,
    as_of: AsOf = None,
    output: Output = Format.TEXT,
) -> None:
    """Show who gained and who lost what from A to B, and which statement did it."""
    from audit.difference.access import compare
    from audit.report import difference, json_files
    from cli import judging, printing

    for path in (first, second):
        if not path.exists():
            raise UsageError(f"{path} does not exist: name two audit folders or snapshots")
    compared = compare(*(judging.boundary_of(path, contract, as_of) for path in (first, second)))
    if output is Format.JSON:
        typer.echo(json_files.text(difference.as_json(compared)), nl=False)
    else:
        difference.show(compared, printing.console())
