"""``byoc record``: a raw answer of AWS by the id that reports and findings cite."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from audit.model.errors import UsageError
from cli.options import From

if TYPE_CHECKING:
    from audit.model.snapshot import Record, Snapshot

_SHORTEST = 4


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("record")(record)


def record(
    record_id: Annotated[str, typer.Argument(help="The record's id, or its first digits.")],
    *,
    from_: From = None,
) -> None:
    """Print a raw answer of AWS that a report cites, with the file that holds it."""
    from cli import folder

    found = _found(folder.read_snapshot(folder.source(from_)), record_id.lower())
    head = {"record": found.id, "file": f"snapshot/{found.path}"}
    typer.echo(folder.dump(head | json.loads(found.line())), nl=False)


def _found(snapshot: Snapshot, start: str) -> Record:
    if len(start) < _SHORTEST:
        raise UsageError(f"{start!r} is too short for a record: give at least {_SHORTEST} digits of its id")
    found = {one.id: one for one in snapshot.records if one.id.startswith(start)}
    if not found:
        raise UsageError(
            f"no record of the snapshot starts with {start}: name the snapshot that the report was made of"
        )
    if len(found) > 1:
        raise UsageError(f"several records start with {start}: {', '.join(sorted(found))}: give more digits")
    return next(iter(found.values()))
