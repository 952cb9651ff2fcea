"""``byoc contract``: draft a contract from a snapshot, or show the one that an audit uses."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import ContractFile, From


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="The boundary contract: what the account is compared with.")
    group.command("draft")(draft)
    group.command("show")(show)
    app.add_typer(group, name="contract")


def draft(
    from_: From = None,
    environment: Annotated[
        str | None, typer.Option(help="The environment id, where the account holds several.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the contract there instead of printing it.")] = None,
) -> None:
    """Infer a contract from a snapshot by the vendor's tags, buckets and roles; every line says reviewed: false."""
    from audit import draft as drafting
    from audit.graph.build import build
    from cli import folder, judging

    snapshot = folder.read_snapshot(folder.source(from_))
    contract = drafting.draft(build(snapshot), *judging.primary(snapshot), environment=environment)
    if out is None:
        typer.echo(contract.text(), nl=False)
    else:
        folder.write_file(out, contract.text().encode(), replace=False)
        typer.echo(f"wrote {out}: review each line, then remove its reviewed: false")


def show(from_: From = None, contract: ContractFile = None) -> None:
    """Print the contract that an audit of the folder uses."""
    from audit.model.errors import UsageError
    from cli import folder

    path = folder.source(from_)
    found = folder.read_contract(path, contract)
    if found is None:
        raise UsageError(f"{path} has no contract: pass --contract FILE, or run byoc contract draft --from {path}")
    typer.echo(found.text(), nl=False)
