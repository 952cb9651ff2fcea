"""``byoc poc inventory``: what runs at the source, and who uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Format, Output
from cli.poc_options import DEFAULT_CASE, CaseFile, OutFolder


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("inventory")(inventory)


def inventory(
    *,
    source: Annotated[
        str | None, typer.Option("--source", help="Brokers to read, host:port; default: the case's source.")
    ] = None,
    repository: Annotated[
        list[Path] | None,
        typer.Option("--repository", help="A folder with the code of clients, scanned offline; repeatable."),
    ] = None,
    case: CaseFile = DEFAULT_CASE,
    out: OutFolder = None,
    output: Output = Format.TEXT,
) -> None:
    """Read the source's topics, groups, ACLs and quotas, Confluent's services, and who uses them by repositories.

    Nothing is changed. inventory.json and .md say what moves as it is, what needs replacing and what cannot be seen.
    """
    from cli import folder, poc_folder
    from cli.poc_options import fetch_secret, named_cluster
    from poc.case.model import Case
    from poc.case.scope import Scope
    from poc.inventory import page
    from poc.inventory.take import take

    told = Case.read(case) if case.exists() or not (source or repository) else None
    stated = told.source if told else None
    cluster = named_cluster(source, stated, "source") if source or stated else None
    folders = repository or [Path(name) for name in (told.scope.repositories if told else ())]
    scope = told.scope if told else Scope()
    found, billed = take(told.name if told else "inventory", cluster, scope, folders, fetch_secret)
    place = out or (poc_folder.default(told) if told else folder.OUT / "poc-inventory")
    text = folder.dump(found.model_dump(mode="json"))
    files = {"inventory.json": text.encode(), "inventory.md": page.page(found).encode()}
    if billed:
        files["confluent-costs.json"] = folder.dump({"data": list(billed)}).encode()
    poc_folder.write(place, files)
    if output is Format.JSON:
        typer.echo(text, nl=False)
        return
    for line in page.summary(found):
        typer.echo(line)
    typer.echo(f"wrote {place / 'inventory.md'} and inventory.json" + (", confluent-costs.json" if billed else ""))
