"""``byoc reach``: which packets arrive, proven from an audit folder or snapshot; and single packets, many at once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.options import ContractFile, Format, From, Output


class Protocol(StrEnum):
    """The protocols that are judged."""

    TCP = "tcp"
    UDP = "udp"


_MACHINES = "a security group, interface, instance, load balancer, endpoint, subnet, VPC or IAM role"
_END = f"An address, internet, s3, a listener of the contract, or {_MACHINES}: its ARN, name or role in the contract."
Port = Annotated[int | None, typer.Option("--port", help="Of the receiver; default: every port.")]
EachProtocol = Annotated[Protocol | None, typer.Option("--protocol", help="tcp or udp; default: both.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="Which packets arrive, by which way, or what stops them.")
    group.command("to")(to)
    group.command("from")(from_)
    group.command("path")(path)
    group.command("simulate")(simulate)
    app.add_typer(group, name="reach")


def to(
    listener: Annotated[
        str,
        typer.Argument(help=f"A listener of the contract, or {_MACHINES}: its ARN, name or role in the contract."),
    ],
    *,
    port: Port = None,
    protocol: EachProtocol = None,
    source: From = None,
    contract: ContractFile = None,
    output: Output = Format.TEXT,
) -> None:
    """List every source that arrives, as sets, with its paths: internet and other premises first."""
    _rows("to", listener, port, protocol, source, contract, output)


def from_(
    name: Annotated[str, typer.Argument(help=f"{_MACHINES}: its ARN, name or role in the contract.".capitalize())],
    *,
    port: Port = None,
    protocol: EachProtocol = None,
    source: From = None,
    contract: ContractFile = None,
    output: Output = Format.TEXT,
) -> None:
    """List everything that can be reached, the ways by which data could leave first."""
    _rows("from", name, port, protocol, source, contract, output)


def _rows(
    command: str,
    name: str,
    port: int | None,
    protocol: Protocol | None,
    source: Path | None,
    contract: Path | None,
    output: Format,
) -> None:
    from audit.report import json_files, reach, reach_text
    from cli import ends, judging, printing, reaching

    boundary = judging.network_of(source, contract)
    behind = ends.machines(boundary, name)
    ask, show = {"to": (reaching.to, reach_text.to), "from": (reaching.from_, reach_text.from_)}[command]
    rows = ask(boundary, behind, protocol, port)
    if output is Format.JSON:
        asked = {"name": name, "members": behind.members, **reaching.asked(behind, protocol, port)}
        typer.echo(json_files.text(reach.rows_json(boundary, command, asked, rows)), nl=False)
    else:
        show(boundary, behind.label, reaching.in_words(behind, protocol, port), rows, printing.console())


def path(
    start: Annotated[str, typer.Argument(metavar="FROM", help=_END.replace("s3, ", ""))],
    end: Annotated[str, typer.Argument(metavar="TO", help=_END)],
    *,
    port: Annotated[
        int | None,
        typer.Option("--port", help="Default: the listener's; 443 to s3 and the internet, else 9112."),
    ] = None,
    protocol: Annotated[Protocol, typer.Option("--protocol", help="tcp or udp.")] = Protocol.TCP,
    source: From = None,
    contract: ContractFile = None,
    output: Output = Format.TEXT,
) -> None:
    """Show the hops of packets and what proves each, or what blocks them and which change would open it."""
    from audit.report import json_files, reach, reach_text
    from cli import ends, judging, printing, reaching

    boundary = judging.network_of(source, contract)
    wanted = ends.port_of(boundary, end, port)
    pairs = reaching.pairs(boundary, start, end, protocol.value, wanted)
    if output is Format.JSON:
        asked = {"from": start, "to": end, "protocol": protocol.value, "port": wanted}
        typer.echo(json_files.text(reach.pairs_json(asked, pairs)), nl=False)
    else:
        reach_text.path(boundary, f"{protocol.value} {wanted}", pairs, printing.console())


def simulate(
    file: Annotated[
        Path,
        typer.Argument(metavar="CASES", help="JSON Lines, one case a line (docs/reach.md); - reads standard input."),
    ],
    *,
    source: From = None,
) -> None:
    """Judge each line's packets and print one verdict a line, in the same order; a bad line gets an error."""
    from functools import partial

    from audit.reach.simulate import simulate as judged
    from cli import judging, streaming

    streaming.simulate(file, partial(judged, judging.graph_of(source)))
