"""What the vendor's Console made at run time, held against what the contract lets it make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.difference.identity import texts
from audit.model.graph import EdgeKind, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.difference.identity import Side
    from audit.model.graph import Node

_ENVIRONMENT = "automqEnvironmentID"


@dataclass(frozen=True)
class Made:
    """A thing that bears the vendor's tags and not the stack's; ``against`` says what the contract does not allow."""

    node: str
    kind: NodeKind
    name: str
    against: tuple[str, ...]
    unknown: tuple[str, ...]
    records: tuple[str, ...]


def made(side: Side) -> Iterator[Made]:
    """Everything that the Console made, of this environment or of none that is named."""
    boundary = side.boundary
    for node in boundary.graph.nodes():
        tags = node.properties.get("tags")
        environment = tags.get(_ENVIRONMENT) if isinstance(tags, dict) else None
        if side.made(node) and environment in {None, boundary.contract.environment_id}:
            name = str(tags.get("Name", node.name)) if isinstance(tags, dict) else node.name
            found = list(_against(boundary, node))
            against = tuple(text for sure, text in found if sure)
            unknown = tuple(text for sure, text in found if not sure)
            yield Made(node.id, node.kind, name, against, unknown, node.records)


def _against(boundary: Boundary, node: Node) -> Iterator[tuple[bool, str]]:
    """What the contract does not allow of it, and what it does not say."""
    console, network = boundary.contract.console, boundary.contract.network
    allowed = console.creates if console is not None else None
    if allowed is None:
        yield False, "the contract does not say what the Console may create (console.creates)"
    elif node.kind not in allowed:
        yield True, f"the Console may create {', '.join(allowed) or 'nothing'}, not a {node.kind.replace('_', ' ')}"
    if network is not None:
        vpc = node.properties.get("vpc")
        subnets = {text for text in (node.properties.get("subnet"), *texts(node.properties.get("subnets"))) if text}
        if isinstance(vpc, str) and vpc != network.vpc:
            yield True, f"it stands in {vpc}, not in the environment's VPC"
        if subnets - set(network.subnets):
            yield True, f"it stands in {', '.join(sorted(subnets - set(network.subnets)))}, no subnet of the contract"
    yield from _acts_as(boundary, node)


def _acts_as(boundary: Boundary, node: Node) -> Iterator[tuple[bool, str]]:
    """Whether it runs as a role that the Console may start things as."""
    contract = boundary.contract
    console = contract.principals.get("console")
    allowed = (
        {contract.principals[role].arn for role in console.acts_as if role in contract.principals} if console else set()
    )
    for edge in boundary.graph.edges(EdgeKind.RUNS_AS, source=node.id):
        if edge.target not in allowed:
            yield True, f"it runs as {boundary.label(edge.target)}, which the contract does not let the console act as"
