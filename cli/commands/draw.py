"""``byoc draw``: one diagram of an audit folder or snapshot, in the form that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.model.errors import UsageError
from cli.options import AsOf, ContractFile, From

if TYPE_CHECKING:
    from audit.boundary import Boundary
    from audit.report.diagrams.diagram import Diagram


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("draw")(draw)


def draw(
    view: Annotated[str, typer.Argument(help="boundary, data-flow, identity, logs-and-keys or network.")],
    *,
    focus: Annotated[
        str | None,
        typer.Option("--focus", metavar="NAME", help="Draw what is near this alone: an ARN, a name or role."),
    ] = None,
    depth: Annotated[int, typer.Option("--depth", min=0, help="So many flows away from --focus.")] = 1,
    form: Annotated[
        str, typer.Option("--format", help="d2, graphml, json, mermaid, png or svg; json is printed.")
    ] = "svg",
    from_: From = None,
    contract: ContractFile = None,
    as_of: AsOf = None,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; default: VIEW.FORMAT here.")] = None,
) -> None:
    """Draw a view of the boundary from its graph, whole or around one thing."""
    from audit.report.diagrams import FORMS, VIEWS
    from cli import folder, judging

    if view not in VIEWS:
        raise UsageError(f"{view} is no view: draw one of {', '.join(VIEWS)}")
    if form not in FORMS:
        raise UsageError(f"{form} is no format of a diagram: take one of {', '.join(FORMS)}")
    boundary = judging.boundary_of(from_, contract, as_of)
    diagram = VIEWS[view](boundary) if focus is None else _focused(boundary, view, focus, depth)
    drawn = FORMS[form].render(diagram)
    if form == "json" and out is None:
        typer.echo(drawn, nl=False)
        return
    target = out or Path(f"{view}.{FORMS[form].EXTENSION}")
    folder.write_file(target, drawn, replace=True)
    typer.echo(f"wrote {target}")


def _focused(boundary: Boundary, view: str, name: str, depth: int) -> Diagram:
    """A view of what is near the node that a name means; raises UsageError where the view does not draw it."""
    from audit.model.graph import NodeKind
    from audit.report.diagrams import VIEWS
    from audit.report.diagrams.focus import focused
    from cli import naming

    node = naming.one(boundary, name, tuple(NodeKind))
    keep = frozenset({node.id})
    diagrams = {other: focused(draw(boundary, keep), keep, depth) for other, draw in VIEWS.items()}
    found = diagrams[view]
    if found is None:
        others = [other for other, diagram in diagrams.items() if diagram is not None]
        way_out = f"draw {' or '.join(others)}" if others else "no view draws it"
        raise UsageError(f"{name} has no part in the view {view}: {way_out}")
    return found
