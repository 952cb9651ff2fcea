"""``byoc draw``: one diagram of an audit folder or snapshot, in the form that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audit.model.errors import UsageError
from cli.options import AsOf, ContractFile, From


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("draw")(draw)


def draw(
    view: Annotated[str, typer.Argument(help="boundary, data-flow, identity, logs-and-keys or network.")],
    *,
    form: Annotated[str, typer.Option("--format", help="d2, graphml, mermaid, png or svg.")] = "svg",
    from_: From = None,
    contract: ContractFile = None,
    as_of: AsOf = None,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; default: VIEW.FORMAT here.")] = None,
) -> None:
    """Draw a diagram of the boundary."""
    from audit.report.diagrams import FORMS, VIEWS
    from cli import folder, judging

    if view not in VIEWS:
        raise UsageError(f"{view} is no view: draw one of {', '.join(VIEWS)}")
    if form not in FORMS:
        raise UsageError(f"{form} is no format of a diagram: take one of {', '.join(FORMS)}")
    diagram = VIEWS[view](judging.boundary_of(from_, contract, as_of))
    target = out or Path(f"{view}.{FORMS[form].EXTENSION}")
    folder.write_file(target, FORMS[form].render(diagram), replace=True)
    typer.echo(f"wrote {target}")
