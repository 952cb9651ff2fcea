"""``byoc access``: who can do what, proven from an audit folder or snapshot; and single decisions, explained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audit.model.contract import Privilege
from cli.options import AsOf, ContractFile, Format, From, Output

PrincipalName = Annotated[
    str, typer.Argument(help="Who: an ARN, a name or role in the contract, a service, an account id, or anonymous.")
]

_STORE = "A bucket, key, secret, topic or log group: its ARN, name or role in the contract."
StoreName = Annotated[str, typer.Option("--on", metavar="NAME", help=_STORE)]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="Who can do what, with conditions and proofs.")
    group.command("who-can")(who_can)
    group.command("can")(can)
    group.command("explain")(explain)
    group.command("simulate")(simulate)
    app.add_typer(group, name="access")


def who_can(
    privilege: Annotated[Privilege, typer.Argument(help="What they can do: to the records, or to who may.")],
    *,
    on: StoreName,
    guardrails: Annotated[
        Path | None,
        typer.Option(
            "--guardrails",
            help="A folder of byoc guardrails: judge as if its policies were attached, and tell what they take away.",
        ),
    ] = None,
    from_: From = None,
    contract: ContractFile = None,
    as_of: AsOf = None,
    output: Output = Format.TEXT,
) -> None:
    """List who has a privilege on a store: always, only if, through others, each with its proof."""
    from audit.report import access, access_text, json_files
    from cli import guarding, judging, naming, printing

    attached = guarding.read(guardrails) if guardrails is not None else None
    boundary = judging.boundary_of(from_, contract, as_of, attached)
    store = naming.store(boundary, on)
    edges = boundary.who_can(store, privilege)
    taken = None
    if attached is not None:
        before = judging.boundary_of(from_, contract, as_of)
        held = {edge.source for edge in edges}
        taken = [
            edge.source for edge in before.who_can(before.graph.node(store.id), privilege) if edge.source not in held
        ]
    if output is Format.JSON:
        typer.echo(json_files.text(access.who_can_json(boundary, store.id, privilege, edges, taken)), nl=False)
    else:
        access_text.who_can(boundary, store.id, privilege, edges, printing.console(), taken)


def can(
    principal: PrincipalName,
    *,
    from_: From = None,
    contract: ContractFile = None,
    as_of: AsOf = None,
    output: Output = Format.TEXT,
) -> None:
    """List what a principal can do to everything that the contract names, and to log groups and secrets."""
    from audit.report import access, access_text, json_files
    from cli import asking, judging, naming, printing

    boundary = judging.boundary_of(from_, contract, as_of)
    asked = naming.principal(boundary, principal)
    edges = asking.can(boundary, asked)
    if output is Format.JSON:
        typer.echo(json_files.text(access.can_json(boundary, asked, edges)), nl=False)
    else:
        access_text.can(boundary, asked, edges, printing.console())


def explain(
    principal: PrincipalName,
    action: Annotated[str, typer.Argument(help="What it asks to do, such as s3:GetObject.")],
    resource: Annotated[
        str, typer.Argument(help="On what: an ARN, a name or role in the contract, or data-bucket/key/of/object.")
    ],
    *,
    context: Annotated[
        list[str] | None,
        typer.Option(
            "--context",
            metavar="KEY=VALUE",
            help="Fix a context key; repeat it for more, a key again for several values. Keys not given are free.",
        ),
    ] = None,
    from_: From = None,
    contract: ContractFile = None,
    as_of: AsOf = None,
    output: Output = Format.TEXT,
) -> None:
    """Explain one request: every layer's vote with its statements, and the decision."""
    from audit.report import explanation, json_files
    from cli import asking, judging, naming, printing

    given = asking.context(context or [])
    asked = naming.action(action)
    boundary = judging.boundary_of(from_, contract, as_of)
    asker, asked_of = naming.principal(boundary, principal), naming.resource(boundary, resource)
    found = asking.explain(boundary, asker, asked, asked_of, given)
    for doubt in filter(None, (naming.unlisted(asked), naming.misplaced(asked, asked_of))):
        typer.echo(f"byoc: {doubt}", err=True)
    if output is Format.JSON:
        typer.echo(json_files.text(explanation.as_json(boundary, found)), nl=False)
    else:
        explanation.show(boundary, found, printing.console())


def simulate(
    file: Annotated[Path, typer.Argument(help="JSON Lines, one case a line (docs/access.md); - reads standard input.")],
) -> None:
    """Decide each line of a file and print one decision a line, in the same order; a bad line gets an error."""
    from audit.access.simulate import simulate as decided
    from cli import streaming

    streaming.simulate(file, decided)
