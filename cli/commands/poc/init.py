"""``byoc poc init``: the commented file that describes the case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.poc_options import DEFAULT_CASE


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("init")(init)


def init(
    out: Annotated[Path, typer.Option("--out", help="The file to write, which is not there yet.")] = DEFAULT_CASE,
    name: Annotated[str, typer.Option("--name", help="The case's short name.")] = "poc",
) -> None:
    """Write a commented poc.yaml: workload, source, target, scope, people and gates, with samples to replace."""
    import re

    from audit.model.errors import UsageError
    from cli import folder
    from poc.case import template
    from poc.case.model import SHORT_NAME

    if re.fullmatch(SHORT_NAME, name) is None:
        raise UsageError(f"--name {name} must be small letters, digits and hyphens, such as orders: change it")
    folder.write_file(out, template.render(name).encode(), replace=False)
    typer.echo(f"wrote {out}: replace the samples; secrets are named there, never written (docs/poc.md)")
