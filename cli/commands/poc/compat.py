"""``byoc poc compat``: what a cluster does when it is asked, probe by probe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Format, Output
from cli.poc_options import DEFAULT_CASE, CaseFile, OutFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.case.clients import Clients
    from poc.case.cluster import Cluster
    from poc.case.model import Case
    from poc.compat.matrix import Compatibility


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("compat")(compat)


def compat(
    *,
    target: Annotated[
        str | None, typer.Option("--target", help="Brokers to probe, host:port; default: the case's target.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", help="Brokers to compare with, host:port, or `case` for the case's source."),
    ] = None,
    case: CaseFile = DEFAULT_CASE,
    prefix: Annotated[
        str | None,
        typer.Option("--prefix", help="What the names of all begin with that is made; default: one of its own."),
    ] = None,
    java_libs: Annotated[
        Path | None, typer.Option("--java-libs", help="A folder with kafka-clients.jar and what it needs.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="PROBE", help="Ask only these probes, ids or patterns; repeatable."),
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=1, max=3600, help="What is not answered by then is NOT_TESTED.")
    ] = 105,
    out: OutFolder = None,
    output: Output = Format.TEXT,
) -> None:
    """Probe a cluster: protocol, records, transactions, groups, topics, configs, security, clients; within two minutes.

    Probes make topics, groups, users, ACLs and quotas whose names begin with the prefix, and take them away again;
    nothing else is changed, at the target or at the source. compatibility.json and .md are written.
    """
    from cli import folder, poc_folder
    from cli.poc_options import fetch_secret, named_cluster
    from poc.compat import markdown
    from poc.compat.compare import compare

    told = _case(case, needed=target is None or source == "case")
    clients = _clients(told, java_libs)
    name = told.name if told else "compat"
    ends = named_cluster(target, told.target if told else None, "target"), _source(source, told)
    found = compare(name, *ends, clients, _prefix(prefix), fetch_secret, tuple(only or ()), seconds)
    place = out or (poc_folder.default(told) if told else folder.OUT / "poc-compat")
    text = folder.dump(found.model_dump(mode="json"))
    poc_folder.write(place, {"compatibility.json": text.encode(), "compatibility.md": markdown.page(found).encode()})
    if output is Format.JSON:
        typer.echo(text, nl=False)
        return
    typer.echo("\n".join(_summary(found)))
    typer.echo(f"wrote {place / 'compatibility.md'} and compatibility.json")


def _case(path: Path, *, needed: bool) -> Case | None:
    from poc.case.model import Case

    return Case.read(path) if needed or path.exists() else None


def _clients(case: Case | None, java_libs: Path | None) -> Clients:
    from poc.case.clients import Clients

    clients = case.clients if case else Clients()
    return clients.model_copy(update={"java_libs": str(java_libs)}) if java_libs else clients


def _source(given: str | None, case: Case | None) -> Cluster | None:
    if given is None:
        return None
    from cli.poc_options import named_cluster

    stated = case.source if case else None
    return named_cluster(None if given == "case" else given, stated, "source")


def _prefix(given: str | None) -> str:
    import secrets

    from cli.poc_options import prefix

    return f"byoc-poc-{secrets.token_hex(3)}-" if given is None else prefix(given)


def _summary(found: Compatibility) -> Iterator[str]:
    from poc.compat.probe import State

    side = found.target
    yield f"{side.product} at {side.bootstrap}: {len(found.rows)} probes"
    for state, count in found.counts().items():
        yield f"  {state:<18} {count:>4}  {state.meaning}"
    for state in (State.REFUSED, State.OVERRIDDEN, State.ACCEPTED_NO_EFFECT):
        for row in found.rows:
            if row.target.state is state and row.id.partition("_")[0] != "api":
                yield f"{state} {row.id}: {row.target.answer}"
    lacking = [
        row.title.partition(" ")[0]
        for row in found.rows
        if row.id.startswith("api_") and row.target.state is State.REFUSED
    ]
    if lacking:
        yield f"{State.REFUSED} API keys: {', '.join(lacking)}"
    if found.source is not None:
        differing = [row.id for row in found.rows if row.differs]
        yield f"differs from {found.source.product} at {found.source.bootstrap}: {', '.join(differing) or 'nothing'}"
    for one in (found.target, *filter(None, [found.source])):
        for name in one.left_behind:
            yield f"left behind at {one.bootstrap}: {name}; take it away by hand"
