"""``byoc diff``: what is otherwise in one audit folder or snapshot than in another."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audit.model.errors import UsageError
from cli.options import AsOf, Format, Output

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from audit.boundary import Boundary

    Shown = tuple[Callable[[], dict[str, Any]], Callable[[Console], None]]


class Only(StrEnum):
    """The parts of a boundary that are compared."""

    PROPERTIES = "properties"
    ACCESS = "access"
    REACH = "reach"


_TITLES = {
    Only.PROPERTIES: "What is there, and what it says",
    Only.ACCESS: "Who can do what",
    Only.REACH: "Which packets arrive",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("diff")(diff)


def diff(
    first: Annotated[Path, typer.Argument(metavar="A", help="An audit folder or snapshot: what was declared, or was.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another: what is now.")],
    *,
    only: Annotated[
        Only | None,
        typer.Option(
            "--only",
            help="One part: what is there and says otherwise, who can do what, or which packets arrive (everywhere; "
            "else in the contracts' VPCs).",
        ),
    ] = None,
    contract: Annotated[
        Path | None, typer.Option("--contract", help="The boundary contract of both; default: each folder's own.")
    ] = None,
    as_of: AsOf = None,
    output: Output = Format.TEXT,
) -> None:
    """Show what is otherwise in B than in A, and what did it: drift from a rehearsal, or the change between two days.

    Things are the same that the contract, their names, tags or places say are the same, whatever their ids; what
    nothing else tells apart is listed, never guessed.
    """
    for path in (first, second):
        if not path.exists():
            raise UsageError(f"{path} does not exist: name two audit folders or snapshots")
    if only is Only.REACH:
        _print({Only.REACH: _reach(*_networks(first, second, contract))}, output)
        return
    boundaries = _boundaries(first, second, contract, as_of)
    _print(_whole(*boundaries) if only is None else {only: _PARTS[only](*boundaries)}, output)


def _print(found: dict[Only, Shown], output: Format) -> None:
    from audit.report import json_files
    from audit.report.difference import DIFFERENCE_FORMAT
    from cli import printing

    if output is Format.JSON:
        parts = {part.value: content() for part, (content, _) in found.items()}
        whole = {"format": DIFFERENCE_FORMAT, **parts} if len(parts) > 1 else next(iter(parts.values()))
        typer.echo(json_files.text(whole), nl=False)
        return
    console = printing.console()
    for number, (part, (_, show)) in enumerate(found.items()):
        if len(found) > 1:
            typer.echo(("\n" if number else "") + f"{_TITLES[part]}\n")
        show(console)


def _boundaries(first: Path, second: Path, contract: Path | None, as_of: str | None) -> tuple[Boundary, Boundary]:
    from cli import judging

    return judging.boundary_of(first, contract, as_of), judging.boundary_of(second, contract, as_of)


def _networks(first: Path, second: Path, contract: Path | None) -> tuple[Boundary, Boundary]:
    from cli import judging

    return judging.network_of(first, contract), judging.network_of(second, contract)


def _whole(first: Boundary, second: Boundary) -> dict[Only, Shown]:
    """All parts, with what of access and paths follows from which difference."""
    from audit.difference import access, properties, reach
    from audit.difference.explained import explained
    from audit.report import difference, property_difference, reach_difference

    found = properties.compare(first, second)
    who, paths = access.compare(first, second), reach.compare(first, second, own=True)
    follows = explained(found.differences, who, paths)
    return {
        Only.PROPERTIES: (
            lambda: property_difference.as_json(found, follows),
            lambda console: property_difference.show(found, console, follows),
        ),
        Only.ACCESS: (lambda: difference.as_json(who), lambda console: difference.show(who, console)),
        Only.REACH: (lambda: reach_difference.as_json(paths), lambda console: reach_difference.show(paths, console)),
    }


def _properties(first: Boundary, second: Boundary) -> Shown:
    from audit.difference.properties import compare
    from audit.report import property_difference

    found = compare(first, second)
    return lambda: property_difference.as_json(found), lambda console: property_difference.show(found, console)


def _access(first: Boundary, second: Boundary) -> Shown:
    from audit.difference.access import compare
    from audit.report import difference

    found = compare(first, second)
    return lambda: difference.as_json(found), lambda console: difference.show(found, console)


def _reach(first: Boundary, second: Boundary) -> Shown:
    from audit.difference.reach import compare
    from audit.report import reach_difference

    found = compare(first, second)
    return lambda: reach_difference.as_json(found), lambda console: reach_difference.show(found, console)


_PARTS: dict[Only, Callable[[Boundary, Boundary], Shown]] = {Only.PROPERTIES: _properties, Only.ACCESS: _access}
"""Who needs the boundary as a whole; paths alone need no more than the network."""
